// Answers in the form that Cua's clients read: the result's fields flat beside `success`, an error as text.
import type { CuaReply } from '../../protocol/envelope.ts';
import type { CommandOutcome } from './observer.ts';

/** What a client gets over WebSocket, and inside `data: …` over HTTP. */
export function toCuaReply(outcome: CommandOutcome): CuaReply {
  if (outcome.success) return { ...fieldsOf(outcome.result), success: true };
  const error = outcome.error?.message ?? 'the command failed';
  return { ...fieldsOf(failedFields(outcome)), success: false, error };
}

/** The body of `POST …/cmd`: one event, as text. */
export function toCuaBody(reply: CuaReply): string {
  return `data: ${JSON.stringify(reply)}\n\n`;
}

/** A command that failed may still have fields to show, such as what a timed-out program wrote. */
function failedFields(outcome: CommandOutcome): unknown {
  const details = outcome.error?.details;
  return typeof details === 'object' && details !== null && 'fields' in details ? details.fields : {};
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
