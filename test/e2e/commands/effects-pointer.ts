// What the pointer's commands do, as a page sees it.
import assert from 'node:assert/strict';
import type { pointerCommands } from '../../../protocol/commands/pointer.ts';
import { eventually } from '../../support/server.ts';
import { onPage, type EffectsOf, type Stage } from './stage.ts';

/** Somewhere on the page, away from its fields. */
const AT = [300, 500] as const;

/** Waits until the page tells of all these, in this order and with others between them. */
export async function sees(stage: Stage, ...wanted: (string | RegExp)[]): Promise<string[]> {
  let events: string[] = [];
  await eventually(async () => {
    events = await stage.events();
    const rest = [...wanted];
    for (const event of events) {
      const [next] = rest;
      if (next === undefined) break;
      if (typeof next === 'string' ? event.startsWith(next) : next.test(event)) rest.shift();
    }
    assert.deepEqual(rest, [], `the page tells only ${events.join(' ')}`);
  }, 5_000);
  return events;
}

/** Milliseconds that an event says something was held. */
export function heldMs(event: string | undefined): number {
  return Number(/;(\d+)ms$/.exec(event ?? '')?.[1]);
}

const clicks: EffectsOf<
  'left_click' | 'right_click' | 'middle_click' | 'double_click' | 'triple_click' | 'mouse_down' | 'mouse_up'
> = {
  left_click: async (stage) => {
    await stage.desktop.leftClick(...AT);
    await sees(stage, 'down0x1@300,500', 'up0@300,500');
    await stage.desktop.leftClick(310, 500, { button: 'middle' });
    await sees(stage, 'down1', 'aux1');
  },
  right_click: async (stage) => {
    await stage.desktop.rightClick(...AT);
    await sees(stage, 'down2', 'menu@300,500');
  },
  middle_click: async (stage) => {
    await stage.desktop.middleClick(...AT);
    await sees(stage, 'down1', 'up1', 'aux1');
  },
  double_click: async (stage) => {
    await stage.desktop.doubleClick(...AT);
    await sees(stage, 'down0x1', 'down0x2', 'double@300,500');
  },
  triple_click: async (stage) => {
    await stage.desktop.tripleClick(...AT);
    await sees(stage, 'down0x1', 'down0x2', 'down0x3');
  },
  mouse_down: async (stage) => {
    await stage.desktop.mouseDown(...AT);
    const events = await sees(stage, 'down0x1@300,500');
    assert.ok(!events.some((event) => event.startsWith('up0')), 'it is still held');
    await stage.desktop.mouseUp();
    await sees(stage, 'up0');
  },
  mouse_up: async (stage) => {
    await stage.desktop.mouseDown(...AT);
    await sees(stage, 'down0');
    await stage.desktop.mouseUp(320, 520);
    await sees(stage, 'down0', 'up0@320,520');
  },
};

async function pathOf(stage: Stage): Promise<string[]> {
  const events = await sees(stage, 'down0', 'up0', 'path:');
  return (events.find((event) => event.startsWith('path:')) ?? '').slice(5).split(';');
}

const moves: EffectsOf<'move_cursor' | 'drag_to' | 'drag'> = {
  move_cursor: async ({ desktop, shell }) => {
    await desktop.moveCursor(123, 456);
    assert.match(await shell.run('xdotool getmouselocation'), /^x:123 y:456 /);
  },
  drag_to: async (stage) => {
    await stage.desktop.moveCursor(...AT);
    await stage.desktop.dragTo(400, 600, { duration: 0.3 });
    const path = await pathOf(stage);
    assert.equal(path.at(-1), '400,600');
    assert.ok(path.length >= 4, `it travels: ${path.join(' ')}`);
    const up = (await stage.events()).find((event) => event.startsWith('up0'));
    assert.ok(heldMs(up) >= 250, `held over the whole time: ${up}`);
  },
  drag: async (stage) => {
    const corners = [[200, 400], [400, 400], [400, 600]] as [number, number][]; // prettier-ignore
    await stage.desktop.drag(corners, { duration: 0.4 });
    const path = await pathOf(stage);
    assert.ok(path.includes('400,400'), `by way of the corner: ${path.join(' ')}`);
    assert.equal(path.at(-1), '400,600');
    const events = await stage.events();
    assert.equal(events.filter((event) => event.startsWith('down')).length, 1, 'pressed once for all of it');
  },
};

/** Waits until the wheel was turned so far to the right and down, at one place. */
async function turned(stage: Stage, right: number, down: number, place = '300,500'): Promise<void> {
  await eventually(async () => {
    const sum = [0, 0];
    const events = await stage.events();
    for (const event of events) {
      const [, x, y, at] = /^wheel:(-?[\d.]+),(-?[\d.]+)@(.*)$/.exec(event) ?? [];
      if (at !== place) continue;
      sum[0] = (sum[0] ?? 0) + Number(x);
      sum[1] = (sum[1] ?? 0) + Number(y);
    }
    assert.deepEqual(sum, [right, down], `the page tells ${events.join(' ')}`);
  }, 5_000);
}

const scrolls: EffectsOf<'scroll' | 'scroll_down' | 'scroll_up' | 'scroll_direction'> = {
  scroll: async (stage) => {
    await stage.desktop.moveCursor(...AT);
    await stage.desktop.scroll(0, -2);
    await turned(stage, 0, 2);
    await stage.desktop.scroll(350, 450, { scrollX: 1, scrollY: 1 });
    await turned(stage, 1, -1, '350,450');
  },
  scroll_down: async (stage) => {
    await stage.desktop.moveCursor(...AT);
    await stage.desktop.scrollDown(3);
    await turned(stage, 0, 3);
  },
  scroll_up: async (stage) => {
    await stage.desktop.moveCursor(...AT);
    await stage.desktop.scrollUp(3);
    await turned(stage, 0, -3);
  },
  scroll_direction: async (stage) => {
    await stage.desktop.moveCursor(...AT);
    await stage.desktop.scrollDirection('left', 2);
    await turned(stage, -2, 0);
  },
};

export const pointerEffects: EffectsOf<keyof typeof pointerCommands> = onPage({
  ...clicks,
  ...moves,
  ...scrolls,
});
