// Any error as an answer: the one place that turns errors into statuses, and that logs them.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { NextFunction, Request, Response } from 'express';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import { STATUS_CODES } from 'node:http';
import type { Log } from '../log.ts';

const TOO_LARGE = 413;
const SERVER_FAULT = 500;

/** Express's last handler. */
export function errorReply(log: Log) {
  return (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    const error = publicError(thrown);
    logged(log, request, error);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    response.status(error.status).json({ error: error.toBody() });
  };
}

/** Refuses an upgrade, in HTTP: there is no WebSocket yet. */
export function refuseUpgrade(log: Log, request: IncomingMessage, socket: Duplex, thrown: unknown): void {
  const error = publicError(thrown);
  logged(log, request, error);
  const body = JSON.stringify({ error: error.toBody() });
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** What the client may know: an error of the server's own making keeps its text to the log. */
export function publicError(thrown: unknown): DeskreelError {
  if (thrown instanceof DeskreelError) return thrown;
  const status = statusOf(thrown);
  if (status === TOO_LARGE) return new DeskreelError('too_large', 'the body is larger than 16 MiB');
  if (status !== undefined && status < SERVER_FAULT) {
    return new DeskreelError('bad_request', toDeskreelError(thrown).message, { cause: thrown });
  }
  return new DeskreelError('internal', 'something failed in the server; its log says what', {
    cause: thrown,
  });
}

/** Express's own errors carry a status. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('status' in thrown)) return undefined;
  return typeof thrown.status === 'number' ? thrown.status : undefined;
}

function logged(log: Log, request: IncomingMessage, error: DeskreelError): void {
  const { code, message, cause } = error;
  const fields = { method: request.method, path: pathOf(request), code, message };
  if (error.status < SERVER_FAULT) log.info('request.refused', fields);
  else log.error('request.failed', { ...fields, cause });
}

/** Without the query, which may hold a token, and without a desktop's key. */
function pathOf(request: IncomingMessage): string {
  const url = 'originalUrl' in request ? String(request.originalUrl) : (request.url ?? '');
  return url.replace(/\?.*$/s, '').replace(/^\/d\/[^/]*/, '/d/[key]');
}
