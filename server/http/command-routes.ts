// Commands over HTTP: one by REST, Cua's `/cmd`, and what there is to call.
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { CuaRequest } from '../../protocol/envelope.ts';
import { DeskreelError, ERROR_STATUS, toDeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { toCuaBody, toCuaReply } from '../commands/cua-dialect.ts';
import { jsonBody } from './body.ts';
import { commandList } from './command-list.ts';
import { desktopOf, hangUp, pathParam, type HttpParts } from './context.ts';

/** REST has no connection that a session could belong to: all of a desktop's requests are one. */
const REST_SESSION = 'rest';
const REST_ACTOR: Actor = { kind: 'agent', id: 'client' };
/** How long an agent may take to look at the desktop's parts. */
const STATUS_MS = 5_000;
const IdempotencyKey = z.string().min(1).max(200).optional();

export function commandRoutes(app: Express, parts: HttpParts): void {
  app.post('/v1/desktops/:id/commands/:name', (request, response) => runByRest(parts, request, response));
  app.post('/v1/desktops/:id/cmd', (request, response) => runByCua(parts, request, response));
  app.get('/v1/desktops/:id/commands', (request, response) => {
    desktopOf(parts, request);
    response.json(commandList());
  });
  app.get('/v1/desktops/:id/status', async (request, response) => {
    const { link, state } = desktopOf(parts, request);
    if (!link.status)
      throw new DeskreelError('guest_unavailable', `the desktop does not answer; it is ${state}`);
    response.json(await link.freshStatus(AbortSignal.timeout(STATUS_MS)));
  });
}

async function runByRest(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const desktop = desktopOf(parts, request);
  const requestId = parseWith(IdempotencyKey, request.headers['idempotency-key'], 'Idempotency-Key');
  const command = pathParam(request, 'name');
  const from = { session: REST_SESSION, actor: REST_ACTOR };
  const params = jsonBody(request);
  const signal = requestId === undefined ? hangUp(parts, response) : parts.closing;
  const outcome = await desktop.dispatcher.run({ command, params, requestId, ...from }, signal);
  const error = outcome.error;
  if (outcome.success) response.json({ success: true, result: outcome.result });
  else response.status(ERROR_STATUS[error?.code ?? 'internal']).json({ success: false, error });
}

/** What cannot be run is a 400 with `detail`; what ran and failed is a reply with `success: false`. */
async function runByCua(parts: HttpParts, request: Request, response: Response): Promise<void> {
  const desktop = desktopOf(parts, request);
  let wanted: z.output<typeof CuaRequest>;
  try {
    wanted = parseWith(CuaRequest, jsonBody(request), 'request');
  } catch (thrown) {
    sendDetail(response, toDeskreelError(thrown).message);
    return;
  }
  const { command, params } = wanted;
  if (command === 'authenticate') {
    sendCua(response, { success: true, message: 'Authentication successful' });
    return;
  }
  const from = { session: REST_SESSION, actor: REST_ACTOR };
  const signal = hangUp(parts, response);
  const outcome = await desktop.dispatcher.run({ command, params: params ?? {}, ...from }, signal);
  if (outcome.error?.code === 'unknown_command') sendDetail(response, outcome.error.message);
  else sendCua(response, toCuaReply(outcome));
}

function sendDetail(response: Response, detail: string): void {
  response.status(ERROR_STATUS.bad_request).json({ detail });
}

function sendCua(response: Response, reply: Parameters<typeof toCuaBody>[0]): void {
  response.set('Cache-Control', 'no-cache').type('text/plain').send(toCuaBody(reply));
}
