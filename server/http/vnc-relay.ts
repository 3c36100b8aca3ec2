// A viewer's WebSocket joined to the agent's, byte for byte, no faster than the slower side reads.
import { pipeline } from 'node:stream';
import { WebSocket, createWebSocketStream } from 'ws';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { GuestAddress } from '../containers/driver.ts';
import type { Log } from '../log.ts';

/** "Try again later", in the registry of RFC 6455. */
const TRY_LATER = 1013;
const HANDSHAKE_MS = 10_000;

export function relayVnc(
  viewer: WebSocket,
  address: () => Promise<GuestAddress>,
  guestToken: string,
  log: Log,
): void {
  // Nothing the viewer says is lost while the other side is opened.
  viewer.pause();
  connect(address, guestToken).then(
    (guest) => join(viewer, guest, log),
    (error: unknown) => {
      viewer.resume();
      viewer.close(TRY_LATER, toDeskreelError(error).message.slice(0, 100));
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

function join(viewer: WebSocket, guest: WebSocket, log: Log): void {
  const here = createWebSocketStream(viewer);
  const there = createWebSocketStream(guest);
  pipeline(here, there, here, (error) => {
    if (error) log.info('vnc.ended', { reason: error.message });
  });
  viewer.resume();
  guest.resume();
}
