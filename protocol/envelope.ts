// The frames that clients and server exchange over a desktop's WebSocket: Deskreel's own dialect, and Cua's.
import { z } from 'zod';
import type { DeskreelError, ErrorBody } from './errors.ts';
import { Actor } from './primitives.ts';

/** A larger message is refused or closes the socket with 1009. Bytes. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The `protocol` that the `version` command answers; Cua's clients want 1. */
export const PROTOCOL_VERSION = 1;

export const RequestId = z.union([z.string().min(1).max(200), z.number()]);
export type RequestId = z.infer<typeof RequestId>;

export const Hello = z.object({
  hello: z.object({ session: z.string().min(1).max(200).optional(), actor: Actor.optional() }),
});

/** Ends the session: what it holds down is lifted. */
export const Bye = z.object({ bye: z.literal(true) });

export const Request = z.object({
  id: RequestId,
  command: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  /** The step that the command belongs to, kept in its trace row. */
  step_id: z.string().max(200).optional(),
});

export const Cancel = z.object({ id: RequestId, cancel: z.literal(true) });

/** Cua's dialect: no id, one answer a request, in order. */
export const CuaRequest = z.object({
  command: z.string(),
  params: z.record(z.string(), z.unknown()).nullish(),
});
export type CuaRequest = z.infer<typeof CuaRequest>;

export type ClientFrame =
  | { kind: 'hello'; session: string | undefined; actor: Actor | undefined }
  | { kind: 'bye' }
  | { kind: 'request'; request: z.infer<typeof Request> }
  /** A request that cannot be carried out. `id` is null where it has none that is one. */
  | { kind: 'refused'; id: RequestId | null; error: DeskreelError }
  | { kind: 'cancel'; id: RequestId }
  | { kind: 'cua'; command: string; params: Record<string, unknown> };

/** An answer in Deskreel's dialect. One with `success` and an error is withheld: the command was a success, and its answer is not kept. */
export type Reply =
  | { id: RequestId | null; success: true; result: unknown }
  | { id: RequestId | null; success: true; error: ErrorBody }
  | { id: RequestId | null; success: false; error: ErrorBody };

/** An answer in Cua's dialect: the result's fields lie flat beside `success`. */
export type CuaReply = { success: boolean; error?: string } & Record<string, unknown>;
