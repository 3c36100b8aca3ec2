// The little of HTTP that the agent needs: who may ask, bodies, answers, refusals.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isIP } from 'node:net';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';

/** The path without the query; empty where the request names none. */
export function pathOf(request: IncomingMessage): string {
  return URL.parse(`http://desktop${request.url ?? '/'}`)?.pathname ?? '';
}

/** Whether a web page sent it: browsers add an Origin to all that can change anything. */
export function fromPage(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined;
}

/**
 * Whether the Host is a name that no stranger can point here: an address, or a name without dots. A page whose own
 * name was made to point here asks with that name, and for reading it sends no Origin.
 */
export function namedPlainly(request: IncomingMessage): boolean {
  const name = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname ?? '';
  return !name.includes('.') || isIP(name) !== 0;
}

/** The whole body as text. Throws `too_large` above what a message may have. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) throw tooLarge();
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_MESSAGE_BYTES) request.destroy(tooLarge());
  });
  return (await buffer(request)).toString('utf8');
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body));
}

export function sendText(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' })
    .end(body);
}

/** Refuses an upgrade, in HTTP: there is no WebSocket yet. */
export function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Ends when the client hangs up before it was answered. */
export function hangUp(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function tooLarge(): DeskreelError {
  return new DeskreelError('too_large', 'the body is larger than 16 MiB');
}
