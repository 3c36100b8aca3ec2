// What a server answers in Deskreel's own dialect, as a client reads it.
import { z } from 'zod';
import { parseJson, parseWith } from './codec.ts';
import { RequestId } from './envelope.ts';
import { DeskreelError, ERROR_CODES } from './errors.ts';

/** An error as it is sent. `code` is open here: a newer server may know more of them. */
export const ErrorBodyText = z.object({
  code: z.string(),
  message: z.string(),
  details: z.unknown().optional(),
});

const Id = RequestId.nullable();
const HelloReply = z.object({ hello: z.object({ session: z.string() }) });
const Success = z.object({
  id: Id,
  success: z.literal(true),
  result: z.unknown().optional(),
  /** The command was a success, and its answer is not kept. */
  error: ErrorBodyText.optional(),
});
const Failure = z.object({ id: Id, success: z.literal(false), error: ErrorBodyText });

const ByeReply = z.object({ bye: z.object({ session: z.string() }) });

export const ServerFrame = z.union([
  HelloReply,
  ByeReply,
  z.discriminatedUnion('success', [Success, Failure]),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;
/** A server's frame that answers a request. */
export type ReplyFrame = Extract<ServerFrame, { id: unknown }>;

export function parseServerFrame(text: string): ServerFrame {
  return parseWith(ServerFrame, parseJson(text), "the server's message", 'internal');
}

/** The error that was sent, as one that can be thrown. */
export function errorFromBody(body: z.infer<typeof ErrorBodyText>): DeskreelError {
  const known = ERROR_CODES.find((code) => code === body.code);
  return new DeskreelError(known ?? 'internal', body.message, { details: body.details });
}
