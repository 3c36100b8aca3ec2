// A WebSocket's bytes to Xvnc's unix socket and back, each side held up while the other is full.
import { createConnection } from 'node:net';
import { createWebSocketStream, type WebSocket } from 'ws';
import { pipeline } from 'node:stream/promises';

/** Runs until either side ends; rejects where the bridge broke. */
export async function bridgeVnc(socket: WebSocket, path: string): Promise<void> {
  const viewer = createWebSocketStream(socket);
  const xvnc = createConnection(path);
  await pipeline(viewer, xvnc, viewer);
}
