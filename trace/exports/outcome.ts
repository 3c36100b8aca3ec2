// What a call answered, as the text that a model is told.
import type { Step } from '../steps.ts';

/** The error's text; the result as JSON; `done` where nothing is answered. */
export function outcomeText({ reply }: Step): string {
  if (!reply) return 'unknown outcome';
  const { success, error, result } = reply.data;
  if (!success) return error?.message ?? 'the command failed';
  return isEmpty(result) ? 'done' : JSON.stringify(result);
}

export function succeeded({ reply }: Step): boolean {
  return reply?.data.success === true;
}

function isEmpty(result: unknown): boolean {
  return (
    result === undefined ||
    (typeof result === 'object' && result !== null && Object.keys(result).length === 0)
  );
}
