// Cua's `/cmd` without Express: its Python client opens a connection for each command, and a server that has just started
// has much less code to run the first times. Whatever is out of the ordinary is left to Express, refusals too: it meets
// the same fault, and answers it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCuaPost, type CuaHttpAnswer } from '../../protocol/cua-dialect.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Desktop } from '../desktops/desktop.ts';
import { admit, checkPlace } from './access.ts';
import { CUA_CLIENT } from './command-routes.ts';
import { hangUp, type HttpParts } from './context.ts';
import { SAFE_HEADERS } from './pages.ts';

const COMMAND = '/cmd';
const PATH = /^\/v1\/desktops\/([\w-]+)\/cmd$/;
const DIGITS = /^\d{1,9}$/;

/** Answers the request, or leaves it untouched and returns false. */
export function quickCommand(parts: HttpParts, request: IncomingMessage, response: ServerResponse): boolean {
  const desktop = isPlain(request) ? desktopAsked(parts, request) : undefined;
  if (!desktop) return false;
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const body = (pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))?.toString('utf8') ?? '';
    answer(parts, desktop, body, response).catch((error: unknown) => {
      parts.log.error('request.failed', { path: COMMAND, error });
      response.destroy();
    });
  });
  return true;
}

/** A POST of a command whose body is as long as it says, and not too long. */
function isPlain({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || !url?.endsWith(COMMAND) || headers['content-encoding']) return false;
  const length = headers['content-length'] ?? '';
  return DIGITS.test(length) && Number(length) <= MAX_MESSAGE_BYTES;
}

function desktopAsked(parts: HttpParts, request: IncomingMessage): Desktop | undefined {
  try {
    checkPlace(parts, request);
    const [, id] = PATH.exec(admit(parts, request).url) ?? [];
    return id === undefined ? undefined : parts.registry.get(id);
  } catch (error) {
    if (error instanceof DeskreelError) return undefined;
    throw error;
  }
}

async function answer(
  parts: HttpParts,
  { dispatcher }: Desktop,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const signal = hangUp(parts, response);
  const made = await answerCuaPost(body, (command, params) =>
    dispatcher.run({ command, params, ...CUA_CLIENT }, signal),
  );
  send(response, made);
}

/** Head and body in one write: in two, the client wakes for each. */
function send(response: ServerResponse, { status, type, body }: CuaHttpAnswer): void {
  response.writeHead(status, {
    ...SAFE_HEADERS,
    'Cache-Control': 'no-cache',
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
