// Commands over HTTP: one by REST, Cua's `/cmd`, and what there is to call.
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { DeskreelError, ERROR_STATUS } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { answerBrowserPost, answerCuaPost } from '../../protocol/cua-dialect.ts';
import { commandList } from '../../protocol/command-list.ts';
import { CUA_SESSION, REST_SESSION } from '../commands/session-table.ts';
import { jsonBody, textBody } from './body.ts';
import { desktopOf, hangUp, pathParam, type HttpParts } from './context.ts';

const REST_ACTOR: Actor = { kind: 'agent', id: 'client' };
const REST_CLIENT = { session: REST_SESSION, actor: REST_ACTOR };
/** Who comes by Cua's HTTP form, of commands and of terminals. */
export const CUA_CLIENT = { session: CUA_SESSION, actor: REST_ACTOR };
/** How long an agent may take to look at the desktop's parts. */
const STATUS_MS = 5_000;
const IdempotencyKey = z.string().min(1).max(200).optional();

export function commandRoutes(app: Express, parts: HttpParts): void {
  app.post('/v1/desktops/:id/commands/:name', (request, response) => runByRest(parts, request, response));
  app.post('/v1/desktops/:id/cmd', (request, response) => runByCua(parts, answerCuaPost, request, response));
  app.post('/v1/desktops/:id/playwright_exec', (request, response) =>
    runByCua(parts, answerBrowserPost, request, response),
  );
  app.get('/v1/desktops/:id/commands', (request, response) => {
    desktopOf(parts, request);
    response.json(commandList());
  });
  app.get('/v1/desktops/:id/status', async (request, response) => {
    const desktop = desktopOf(parts, request);
    const { link, state } = desktop;
    desktop.checkAnswers();
    if (!link.status)
      throw new DeskreelError('guest_unavailable', `the desktop does not answer; it is ${state}`);
    response.json(await link.freshStatus(AbortSignal.timeout(STATUS_MS)));
  });
}

async function runByRest(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const desktop = desktopOf(parts, request);
  const requestId = parseWith(IdempotencyKey, request.headers['idempotency-key'], 'Idempotency-Key');
  const command = pathParam(request, 'name');
  const params = jsonBody(request);
  const signal = requestId === undefined ? hangUp(parts, response) : parts.closing;
  const outcome = await desktop.dispatcher.run({ command, params, requestId, ...REST_CLIENT }, signal);
  const { success, result, error } = outcome;
  if (success && !error) response.json({ success, result });
  else response.status(ERROR_STATUS[error?.code ?? 'internal']).json({ success, error });
}

async function runByCua(
  parts: HttpParts,
  answerPost: typeof answerCuaPost,
  request: Request,
  response: Response,
): Promise<void> {
  const desktop = desktopOf(parts, request);
  const signal = hangUp(parts, response);
  const answer = await answerPost(textBody(request), (command, params) =>
    desktop.dispatcher.run({ command, params, ...CUA_CLIENT }, signal),
  );
  response.status(answer.status).set('Cache-Control', 'no-cache').type(answer.type).send(answer.body);
}
