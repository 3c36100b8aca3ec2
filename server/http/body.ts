// Bodies: bounded, read whole, parsed in one place.
import express, { type Request } from 'express';
import { parseJson } from '../../protocol/codec.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';

/** Whatever the client calls its type: what is in it is checked, not what it says of itself. */
export const rawBody = express.raw({ type: () => true, limit: MAX_MESSAGE_BYTES, inflate: false });

/** The body as JSON; none is `{}`. Throws `bad_json`. */
export function jsonBody(request: Request): unknown {
  const text = textBody(request);
  return text === '' ? {} : parseJson(text);
}

/** The body as text; empty where there is none. */
export function textBody(request: Request): string {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}
