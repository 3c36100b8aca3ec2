// What writes a recorded call as a line of a script.
import type { Told } from './told.ts';

/** Undefined where the script needs no line for it. */
export type Writer = (told: Told) => string | undefined;

/** A command that changes nothing. */
export const looks: Writer = () => undefined;

/** A call of the interface; arguments at the end that are not there are left out. */
export function call(method: string, ...args: readonly (string | undefined)[]): string {
  const last = args.findLastIndex((arg) => arg !== undefined && arg !== 'undefined');
  const given = args.slice(0, last + 1).map((arg) => arg ?? 'undefined');
  return `await screen.${method}(${given.join(', ')});`;
}
