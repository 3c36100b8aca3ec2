// The demonstration: opens the editor, types, saves by the menu, reads the file back; all of it recorded.
import { setTimeout as delay } from 'node:timers/promises';
import type { ComputerInterface, Tracing } from '../../sdk/index.ts';
import { centreOf, findElement, type Wanted } from './elements.ts';
import { DEMO_TEXT } from './text.ts';

const FILE = '/home/cua/deskreel-demo.txt';
/** What a desktop under load may need for one step. Milliseconds. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 50;

export interface Demonstrated {
  /** What was read back equals what was typed. */
  readonly exact: boolean;
  readonly path: string;
}

export interface Stage {
  readonly desktop: ComputerInterface;
  readonly tracing: Tracing;
  readonly say: (step: string) => void;
}

export async function recordDemo({ desktop, tracing, say }: Stage): Promise<Demonstrated> {
  await tracing.start({ name: 'demo', accessibilityTree: true, pace: 'settled' });
  say('opening the editor');
  await desktop.launch('mousepad');
  await waitFor(desktop, { role: 'text', state: 'focused' });
  say('typing three lines');
  await desktop.typeText(DEMO_TEXT);
  say('saving by the menu');
  await saveByMenu(desktop);
  say('reading the file back');
  const exact = (await savedText(desktop)) === DEMO_TEXT;
  await tracing.addMetadata('exact', exact);
  return { exact, path: await tracing.stop() };
}

async function saveByMenu(desktop: ComputerInterface): Promise<void> {
  await click(desktop, { role: 'menu', title: 'File' });
  await click(desktop, { role: 'menu item', title: 'Save As...' });
  await waitFor(desktop, { role: 'file chooser', state: 'active' });
  await waitFor(desktop, { role: 'text', state: 'single line' });
  await desktop.hotkey('ctrl', 'a');
  await desktop.typeText(FILE);
  await desktop.pressKey('enter');
}

async function click(desktop: ComputerInterface, wanted: Wanted): Promise<void> {
  const { x, y } = centreOf(await waitFor(desktop, wanted));
  await desktop.leftClick(x, y);
}

async function waitFor(desktop: ComputerInterface, wanted: Wanted): ReturnType<typeof lookFor> {
  return until(`a ${wanted.role} ${wanted.title ?? ''}`, () => lookFor(desktop, wanted));
}

async function lookFor(desktop: ComputerInterface, wanted: Wanted) {
  const { tree } = await desktop.getAccessibilityTree();
  const found = findElement(tree, wanted);
  if (found === undefined) throw new NotYet();
  return found;
}

/** The file's text, once it is there. */
function savedText(desktop: ComputerInterface): Promise<string> {
  return until(`the file ${FILE}`, async () => {
    if (!(await desktop.fileExists(FILE))) throw new NotYet();
    return desktop.readText(FILE);
  });
}

class NotYet extends Error {}

/** The desktop has no event for "an element is there": it is looked at again and again, for a bounded time. */
async function until<T>(what: string, look: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      if (performance.now() > end) throw new Error(`${what} did not appear`, { cause: error });
    }
    await delay(LOOK_AGAIN_MS);
  }
}
