// The calls of MCP clients that run: a client takes one back by a notification, which over HTTP is a request of its own.
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';

const SESSION = 'Mcp-Session-Id';
const Id = z.union([z.string(), z.number()]);
const Initialize = z.looseObject({ method: z.literal('initialize') });
const Call = z.looseObject({ method: z.literal('tools/call'), id: Id });
const Cancelled = z.looseObject({
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: Id }),
});

/**
 * Ids of requests are counted by each client for itself, so a client is given a name when it begins. Nothing else is kept of
 * it: who comes without the name, or with one of a server before this one, is served as well and cannot take back.
 */
export class McpCalls {
  readonly #running = new Map<string, () => void>();

  /** Before the message is handled. `end` gives up what it asks for, and answers. */
  note(message: unknown, request: Request, response: Response, end: () => void): void {
    if (Initialize.safeParse(message).success) response.set(SESSION, randomUUID());
    const session = request.get(SESSION);
    if (session === undefined) return;
    const call = Call.safeParse(message).data;
    if (call) this.#begin(keyOf(session, call.id), response, end);
    const cancelled = Cancelled.safeParse(message).data;
    if (cancelled) this.#running.get(keyOf(session, cancelled.params.requestId))?.();
  }

  #begin(key: string, response: Response, end: () => void): void {
    this.#running.set(key, end);
    response.on('close', () => {
      if (this.#running.get(key) === end) this.#running.delete(key);
    });
  }
}

function keyOf(session: string, id: string | number): string {
  return JSON.stringify([session, id]);
}
