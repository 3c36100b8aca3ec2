// Cua's dialect: requests without ids, and answers in the form that its clients read, over WebSocket and over HTTP.
import { parseJson, parseWith } from './codec.ts';
import { CuaRequest, type CuaReply } from './envelope.ts';
import { ERROR_STATUS, toDeskreelError, type ErrorBody } from './errors.ts';

/** As much of what became of a command as an answer tells. */
export interface CuaOutcome {
  readonly success: boolean;
  readonly result: unknown;
  readonly error: ErrorBody | undefined;
}

/** What carries a command out: the server's dispatcher, or the agent by itself. */
export type RunCommand = (command: string, params: Record<string, unknown>) => Promise<CuaOutcome>;

/** An answer over HTTP, whatever serves it. */
export interface CuaHttpAnswer {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain';
  readonly body: string;
}

/** Who asks was let in already; clients that send a key all the same wait for this. */
export const AUTHENTICATED: CuaReply = { success: true, message: 'Authentication successful' };

/** One text message of a WebSocket, answered. */
export async function answerCuaText(text: string, run: RunCommand): Promise<CuaReply> {
  try {
    const { command, params } = parseWith(CuaRequest, parseJson(text), 'request');
    return command === 'authenticate' ? AUTHENTICATED : toCuaReply(await run(command, params ?? {}));
  } catch (thrown) {
    return { success: false, error: toDeskreelError(thrown).message };
  }
}

/** `POST …/cmd`: what cannot be run is a 400 with `detail`; what ran and failed is a reply with `success: false`. */
export function answerCuaPost(body: string, run: RunCommand): Promise<CuaHttpAnswer> {
  return answerPost(body, async ({ command, params }) => {
    if (command === 'authenticate') return cuaEvent(AUTHENTICATED);
    const outcome = await run(command, params ?? {});
    const { error } = outcome;
    return error?.code === 'unknown_command' ? cannotRun(error.message) : cuaEvent(toCuaReply(outcome));
  });
}

/** `POST …/playwright_exec`: the same reply as JSON. Clients read an answer with status 200 alone, a failure too. */
export function answerBrowserPost(body: string, run: RunCommand): Promise<CuaHttpAnswer> {
  return answerPost(body, async ({ command, params }) => {
    const reply = toCuaReply(await run('playwright_exec', { ...params, command }));
    return { status: 200, type: 'application/json', body: JSON.stringify(reply) };
  });
}

/** Reads the request of either, and answers one that cannot be read. */
async function answerPost(
  body: string,
  answer: (request: CuaRequest) => Promise<CuaHttpAnswer>,
): Promise<CuaHttpAnswer> {
  let request: CuaRequest;
  try {
    request = parseWith(CuaRequest, parseJson(body), 'request');
  } catch (thrown) {
    return cannotRun(toDeskreelError(thrown).message);
  }
  return answer(request);
}

function cannotRun(why: string): CuaHttpAnswer {
  return cuaDetail(ERROR_STATUS.bad_request, why);
}

/** The result's fields flat beside `success`, an error as text. */
export function toCuaReply(outcome: CuaOutcome): CuaReply {
  if (outcome.success) return { ...fieldsOf(outcome.result), success: true };
  const error = outcome.error?.message ?? 'the command failed';
  return { ...fieldsOf(failedFields(outcome)), success: false, error };
}

/** A refusal over HTTP. */
export function cuaDetail(status: number, detail: string): CuaHttpAnswer {
  return { status, type: 'application/json', body: JSON.stringify({ detail }) };
}

/** One server-sent event, as text. */
function cuaEvent(reply: CuaReply): CuaHttpAnswer {
  return { status: 200, type: 'text/plain', body: `data: ${JSON.stringify(reply)}\n\n` };
}

/** A command that failed may still have fields to show, such as what a timed-out program wrote. */
function failedFields(outcome: CuaOutcome): unknown {
  const details = outcome.error?.details;
  return typeof details === 'object' && details !== null && 'fields' in details ? details.fields : {};
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
