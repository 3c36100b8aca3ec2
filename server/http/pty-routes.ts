// Terminals over HTTP, as Cua's clients reach them, and a terminal's output as server-sent events.
import { randomUUID } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import type { WebSocket } from 'ws';
import type { RunCommand } from '../../protocol/cua-dialect.ts';
import { answerPty, followedPty } from '../../protocol/pty-dialect.ts';
import { ptyRefusal, servePtyEvents, servePtySocket } from '../../protocol/pty-serve.ts';
import type { Desktop } from '../desktops/desktop.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { textBody } from './body.ts';
import { CUA_CLIENT } from './command-routes.ts';
import { desktopOf, hangUp, type HttpParts } from './context.ts';

const TERMINALS = '/v1/desktops/:id/pty';

export function ptyRoutes(app: Express, parts: HttpParts): void {
  const route = (request: Request, response: Response): Promise<void> => answer(parts, request, response);
  app.post(TERMINALS, route);
  app.route(`${TERMINALS}/:pid`).get(route).delete(route);
  app.post([`${TERMINALS}/:pid/stdin`, `${TERMINALS}/:pid/resize`], route);
  app.get(`${TERMINALS}/:pid/stream`, route);
  // What is not there is told in the words of this dialect, too.
  app.all([TERMINALS, `${TERMINALS}/:pid`, `${TERMINALS}/:pid/:part`], route);
}

async function answer(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const desktop = desktopOf(parts, request);
  const signal = AbortSignal.any([hangUp(parts, response), desktop.removed]);
  const run: RunCommand = (command, params) =>
    desktop.dispatcher.run({ command, params, ...CUA_CLIENT }, signal);
  const { method } = request;
  const path = request.path.slice(request.path.indexOf('/pty'));
  const followed = method === 'GET' ? followedPty(path) : undefined;
  const refusal = followed
    ? await ptyRefusal(followed.pid, run)
    : await answerPty({ method, path, body: textBody(request) }, run);
  if (refusal) response.status(refusal.status).type(refusal.type).send(refusal.body);
  else if (followed)
    await servePtyEvents(response, followed.pid, { run, news: desktop.link.ptyNews, signal });
}

/** What serves the WebSocket of a terminal. Rejects with `not_found` where there is no such terminal. */
export async function ptySocket(
  { closing }: HttpParts,
  desktop: Desktop,
  path: string,
): Promise<(ws: WebSocket) => void> {
  const client = { ...CUA_CLIENT, session: randomUUID() };
  const signal = AbortSignal.any([desktop.removed, closing]);
  const run: RunCommand = (command, params) => desktop.dispatcher.run({ command, params, ...client }, signal);
  const followed = followedPty(path);
  if (followed?.by !== 'ws' || (await ptyRefusal(followed.pid, run))) {
    throw new DeskreelError('not_found', 'there is no such terminal');
  }
  return (ws) => servePtySocket(ws, followed.pid, { run, news: desktop.link.ptyNews, signal });
}
