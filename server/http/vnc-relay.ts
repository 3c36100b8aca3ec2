// A viewer's WebSocket joined to the agent's, byte for byte, no faster than the slower side reads.
import { pipeline } from 'node:stream';
import { WebSocket, createWebSocketStream } from 'ws';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { GuestAddress } from '../containers/driver.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Viewer } from '../viewers/viewer.ts';
import { viewerTap } from '../viewers/viewer-tap.ts';

/** "Try again later", in the registry of RFC 6455. */
const TRY_LATER = 1013;
const HANDSHAKE_MS = 10_000;

export interface RelayParts {
  readonly address: () => Promise<GuestAddress>;
  readonly guestToken: string;
  /** Told of everything that is done in it. */
  readonly viewer: Viewer;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export function relayVnc(socket: WebSocket, { address, guestToken, viewer, clock, log }: RelayParts): void {
  // Nothing the viewer says is lost while the other side is opened.
  socket.pause();
  socket.once('close', () => viewer.close());
  connect(address, guestToken).then(
    (guest) => join(socket, guest, { viewer, clock, log }),
    (error: unknown) => {
      socket.resume();
      socket.close(TRY_LATER, toDeskreelError(error).message.slice(0, 100));
    },
  );
}

async function connect(address: () => Promise<GuestAddress>, guestToken: string): Promise<WebSocket> {
  const { host, port } = await address();
  const guest = new WebSocket(`ws://${host}:${port}/vnc`, {
    headers: { Authorization: `Bearer ${guestToken}` },
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS,
  });
  // The server of RFB speaks first: its words must wait until the viewer's side is joined.
  guest.once('open', () => guest.pause());
  await new Promise((resolve, reject) => {
    guest.once('open', resolve);
    guest.once('error', reject);
  });
  return guest;
}

type Listeners = Pick<RelayParts, 'viewer' | 'clock' | 'log'>;

function join(socket: WebSocket, guest: WebSocket, { viewer, clock, log }: Listeners): void {
  const here = createWebSocketStream(socket);
  const there = createWebSocketStream(guest);
  const [arrivals, tap] = viewerTap(clock, (input, atMs) => viewer.take(input, atMs));
  pipeline(here, arrivals, tap, there, here, (error) => {
    if (error) log.info('vnc.ended', { reason: error.message });
  });
  socket.resume();
  guest.resume();
}
