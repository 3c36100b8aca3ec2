// Many clicks, each of which leads to another screen, recorded as they would be on a desktop.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import type { TreeNode } from '../../../protocol/tree.ts';
import { bench, type Bench } from './bench.ts';
import { CLICK, run, screenOf } from './synthetic-guest.ts';

const SCREENS = 50;

/** Into the trace that runs. `after` each of them it is told how many there are. */
export async function recordClicks(
  { recorder, guest }: Bench,
  commands: number,
  after: (recorded: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const screens = await Promise.all(Array.from({ length: SCREENS }, (_, number) => screenOf(number)));
  for (let count = 0; count < commands; count += 1) {
    const leadsTo = screens[count % SCREENS];
    assert.ok(leadsTo);
    if (guest.elements.length > 0) guest.elements = elementsOf(count % SCREENS, guest.elements.length);
    run(recorder, guest, { ...CLICK, leadsTo });
    // Pictures are written in turn: without a pause none would be, until the last command.
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    await after(count + 1);
  }
}

/** The archive of a trace of so many clicks, with a tree of so many elements after each of them. */
export async function saveClicks(commands: number, elements: number, path: string): Promise<void> {
  await using it = await bench();
  it.guest.elements = elementsOf(0, elements);
  const id = await it.start({ accessibility_tree: elements > 0 });
  await recordClicks(it, commands);
  await it.recorder.stop();
  await copyFile((await it.store.archive(id)).path, path);
}

export function elementsOf(seed: number, count: number): TreeNode[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 2),
    role: 'push button',
    title: `button ${index} of screen ${seed}`,
    bounds: { x: index % 60, y: index % 36, width: 4, height: 4 },
    states: ['enabled', 'sensitive', 'showing', 'visible'],
    actions: ['click'],
    children: [],
  }));
}
