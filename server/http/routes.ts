// Binds the rows of the REST table to handlers: checks who asks and what is sent, answers in JSON.
import type { Express, Request, Response } from 'express';
import { API, type ApiBody, type ApiName, type ApiResponse, type ApiRow } from '../../protocol/api.ts';
import { parseWith } from '../../protocol/codec.ts';
import { checkReach } from './access.ts';
import { jsonBody } from './body.ts';
import { principalOf } from './context.ts';

export interface ApiCall<B> {
  readonly body: B;
  readonly request: Request;
  readonly response: Response;
}

/** One handler for each row; a row without one does not compile. */
export type ApiHandlers = {
  [N in ApiName]: (call: ApiCall<ApiBody<N>>) => Promise<ApiResponse<N>> | ApiResponse<N>;
};

export function bindRoutes(app: Express, handlers: ApiHandlers): void {
  for (const name of Object.keys(API) as ApiName[]) bindRow(app, API[name], handlers[name] as AnyHandler);
}

/** The table ties body and response of one row together; across rows that is not expressible. */
type AnyHandler = (call: ApiCall<unknown>) => unknown;

const VERBS = { GET: 'get', POST: 'post', DELETE: 'delete' } as const;

function bindRow(app: Express, row: ApiRow, handle: AnyHandler): void {
  app[VERBS[row.method]](row.path, async (request, response) => {
    checkReach(principalOf(response), row.reach);
    const body = parseWith(row.body, jsonBody(request), row.title);
    const answer = await handle({ body, request, response });
    response.status(row.status);
    if (answer === undefined) response.end();
    else response.json(answer);
  });
}
