// Where the element is that a pointer command is about.
import { z } from 'zod';
import { commandSpec } from '../../protocol/commands/table.ts';
import type { ElementPlace } from '../../protocol/element-at.ts';
import type { CommandCall } from '../commands/observer.ts';

const AtPoint = z.object({ x: z.number().int(), y: z.number().int() });
const AlongPath = z.object({ path: z.array(z.tuple([z.number().int(), z.number().int()])).min(1) });

/** Undefined for commands that are about no place. */
export function elementPlace({ command, params }: CommandCall): ElementPlace | undefined {
  const { place } = commandSpec(command);
  if (place === 'none') return undefined;
  const path = AlongPath.safeParse(params).data?.path[0];
  if (path) return { x: path[0], y: path[1] };
  // Where x and y say how far, or where to, what the command is about is under the pointer.
  return (place === 'point' ? AtPoint.safeParse(params).data : undefined) ?? 'pointer';
}
