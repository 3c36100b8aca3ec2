// Text to validated frame. The one place where wire text is parsed.
import type { z } from 'zod';
import { Bye, Cancel, CuaRequest, Hello, Request, RequestId, type ClientFrame } from './envelope.ts';
import { DeskreelError, toDeskreelError, type ErrorCode } from './errors.ts';
import { FromGuest, ToGuest } from './link.ts';

/** JSON, or an error that says where it stops being JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new DeskreelError('bad_json', `Invalid JSON: ${reason}`, { cause });
  }
}

/** What the text says as JSON; undefined where it is none, as a line that was cut off. */
export function jsonIfAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A value in the schema's shape, or an error that names the first field that is not. */
export function parseWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  code: ErrorCode = 'bad_request',
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.'),
    problem: issue.message,
  }));
  const first = issues[0];
  const where = first?.field ? `${first.field}: ` : '';
  throw new DeskreelError(code, `${what}: ${where}${first?.problem ?? 'not valid'}`, { details: { issues } });
}

/** A client's text frame in either dialect. An `id` makes it Deskreel's own. */
export function parseClientFrame(text: string): ClientFrame {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DeskreelError('bad_request', 'a message is a JSON object: {"command": name, "params": {…}}');
  }
  if ('hello' in value) return { kind: 'hello', ...flatHello(parseWith(Hello, value, 'hello')) };
  if ('bye' in value) {
    parseWith(Bye, value, 'bye');
    return { kind: 'bye' };
  }
  if ('cancel' in value) return { kind: 'cancel', id: parseWith(Cancel, value, 'cancel').id };
  if ('id' in value) return readRequest(value);
  const { command, params } = parseWith(CuaRequest, value, 'request');
  return { kind: 'cua', command, params: params ?? {} };
}

/** What is wrong with a request is told under its id, where that can be read: its sender waits for it. */
function readRequest(value: { id: unknown }): ClientFrame {
  try {
    return { kind: 'request', request: parseWith(Request, value, 'request') };
  } catch (error) {
    const id = RequestId.safeParse(value.id);
    return { kind: 'refused', id: id.success ? id.data : null, error: toDeskreelError(error) };
  }
}

function flatHello(frame: z.output<typeof Hello>): Omit<Extract<ClientFrame, { kind: 'hello' }>, 'kind'> {
  return { session: frame.hello.session, actor: frame.hello.actor };
}

export function parseToGuest(text: string): ToGuest {
  return parseWith(ToGuest, parseJson(text), 'link message');
}

export function parseFromGuest(text: string): FromGuest {
  return parseWith(FromGuest, parseJson(text), 'link message');
}
