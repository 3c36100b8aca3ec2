// A step in a few words, and the place on the screen that it is about.
import { commandSpec, resolveCommand } from '../../protocol/commands/table.ts';
import type { Point } from '../../protocol/primitives.ts';
import type { Step } from '../steps.ts';
import { succeeded } from './outcome.ts';

/** `Type "Hello"`, `Click 100, 200`, `Launch "mousepad" (failed)`. */
export function titleOf(step: Step): string {
  const { method, args } = step.call.data;
  const name = resolveCommand(method);
  const title = name ? commandSpec(name).title : method;
  const given = (args ?? {}) as Record<string, unknown>;
  const said = ['text', 'key', 'command', 'app', 'path', 'target', 'window', 'title', 'name', 'role']
    .map((key) => given[key])
    .find((value) => value !== undefined);
  const keys = Array.isArray(given['keys']) ? given['keys'].join('+') : undefined;
  const point = pointOf(step);
  const words = keys ?? (typeof said === 'string' ? `"${said.replaceAll(/\s+/g, ' ')}"` : undefined);
  const where = point ? `${point.x}, ${point.y}` : undefined;
  return [title, words ?? where, succeeded(step) ? undefined : '(failed)'].filter(Boolean).join(' ');
}

/** Where it clicks, scrolls or ends to drag. */
export function pointOf({ action }: Step): Point | undefined {
  if (!action) return undefined;
  if (action.type === 'drag') return action.path.at(-1);
  return 'at' in action ? action.at : undefined;
}
