// How an RFB connection begins (RFC 6143, section 7.1), on either side, up to where both have agreed.
import type { Duplex } from 'node:stream';
import { DeskreelError } from '../../protocol/errors.ts';
import { take } from './arrivals.ts';
import { isResponse, newChallenge } from './vnc-authentication.ts';

const VERSION = 'RFB 003.008\n';
const SECURITY = { none: 1, vncAuthentication: 2 } as const;

/** A viewer that knows the password, and has not been told yet whether it may come in. */
export interface Asking {
  admit(): void;
  /** Tells the viewer why not, where its version of the protocol has words for that. */
  refuse(reason: string): void;
}

/** Asks a viewer for the password. Throws `unauthorized` where it is wrong, and tells the viewer. */
export async function askForPassword(viewer: Duplex, password: string, signal: AbortSignal): Promise<Asking> {
  viewer.write(VERSION);
  const minor = minorVersion(await take(viewer, VERSION.length, signal));
  if (minor >= 7) await choose(viewer, signal);
  else viewer.write(number32(SECURITY.vncAuthentication));
  const challenge = newChallenge();
  viewer.write(challenge);
  const response = await take(viewer, challenge.length, signal);
  const asking: Asking = {
    admit: () => void viewer.write(number32(0)),
    refuse: (reason) =>
      void viewer.write(minor >= 8 ? Buffer.concat([number32(1), textOf(reason)]) : number32(1)),
  };
  if (isResponse(response, challenge, password)) return asking;
  asking.refuse('wrong password: it is the one that `deskreel vnc` has printed');
  throw new DeskreelError('unauthorized', 'a viewer gave a wrong password');
}

/** Goes in as a viewer at a server that asks for no password, up to where the viewer's `ClientInit` is expected. */
export async function greet(server: Duplex, signal: AbortSignal): Promise<void> {
  minorVersion(await take(server, VERSION.length, signal));
  server.write(VERSION);
  const count = (await take(server, 1, signal)).readUInt8();
  const offered = count > 0 ? await take(server, count, signal) : Buffer.alloc(0);
  if (!offered.includes(SECURITY.none)) {
    throw new DeskreelError(
      'guest_unavailable',
      "the desktop's VNC server lets nobody in without a password",
    );
  }
  server.write(Buffer.of(SECURITY.none));
  const result = (await take(server, 4, signal)).readUInt32BE();
  if (result !== 0)
    throw new DeskreelError('guest_unavailable', "the desktop's VNC server refused the viewer");
}

/** 3, 7 or 8: whatever else a viewer says is to be taken for 3. Throws `bad_request` where that is no RFB. */
function minorVersion(line: Buffer): number {
  const said = /^RFB (\d{3})\.(\d{3})\n$/.exec(line.toString('latin1'));
  if (!said) throw new DeskreelError('bad_request', 'the other side does not speak RFB, the protocol of VNC');
  const [major, minor] = [Number(said[1]), Number(said[2])];
  if (major > 3 || minor >= 8) return 8;
  return minor === 7 ? 7 : 3;
}

async function choose(viewer: Duplex, signal: AbortSignal): Promise<void> {
  viewer.write(Buffer.of(1, SECURITY.vncAuthentication));
  const chosen = (await take(viewer, 1, signal)).readUInt8();
  if (chosen !== SECURITY.vncAuthentication)
    throw new DeskreelError('bad_request', `the viewer wants security type ${chosen}, which was not offered`);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([number32(bytes.length), bytes]);
}
