// Runs inside a desktop's container, started by screen.test.ts: what is called settled on a real desktop is settled.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createCaptures } from '../../guest/capture/create-captures.ts';
import { nothingToHide } from '../support/no-secrets.ts';
import { noTree } from '../support/no-tree.ts';
import { openScreen } from '../../guest/screen/screen.ts';
import { openDisplay, type Display } from '../../guest/x/display.ts';
import type { FrameInfo } from '../../protocol/frame.ts';
import type { FromGuest } from '../../protocol/link.ts';

interface Click {
  readonly what: string;
  readonly x: number;
  readonly y: number;
  readonly button?: number;
  readonly times?: number;
}

/** The image's panel begins with the applications menu; its second item is the file manager. */
const CLICKS: readonly Click[] = [
  { what: 'open the applications menu', x: 50, y: 15 },
  { what: 'shut it', x: 900, y: 700 },
  { what: "open the desktop's menu", x: 900, y: 300, button: 3 },
  { what: 'shut it', x: 600, y: 700 },
  { what: 'open the applications menu', x: 50, y: 15 },
  { what: 'start the file manager', x: 70, y: 75 },
  { what: 'select in it', x: 640, y: 500 },
  { what: 'its menu', x: 640, y: 500, button: 3 },
  { what: 'shut it', x: 100, y: 750 },
];

interface XTest {
  readonly MotionNotify: number;
  readonly ButtonPress: number;
  readonly ButtonRelease: number;
  FakeInput(kind: number, detail: number, afterMs: number, root: number, x: number, y: number): void;
}

async function click(display: Display, xtest: XTest, { x, y, button = 1, times = 1 }: Click): Promise<void> {
  xtest.FakeInput(xtest.MotionNotify, 0, 0, display.root, x, y);
  for (let time = 0; time < times; time += 1) {
    xtest.FakeInput(xtest.ButtonPress, button, 0, display.root, 0, 0);
    xtest.FakeInput(xtest.ButtonRelease, button, 0, display.root, 0, 0);
  }
  await display.ask('GetInputFocus');
}

describe('on a desktop', () => {
  it('a frame that is called settled equals the screen a second later', async () => {
    const screen = await openScreen(':1');
    const display = await openDisplay(':1');
    const xtest = (await display.extension('xtest')) as unknown as XTest;
    const waiting = new Map<string, (info: FrameInfo) => void>();
    const captures = createCaptures({
      guard: nothingToHide(),
      screen,
      ...noTree(),
      send: (message: FromGuest) => {
        if (message.type !== 'frame') throw new Error(JSON.stringify(message));
        if (message.when === 'after') waiting.get(message.call_id ?? '')?.(message.info);
      },
    });
    const changed: string[] = [];
    let settled = 0;
    for (const [number, one] of CLICKS.entries()) {
      const before = (await screen.grab()).frame.id;
      const after = new Promise<FrameInfo>((resolve) => waiting.set(`${number}`, resolve));
      await captures.around(`${number}`, { before: false, after: true, tree: false }, () =>
        click(display, xtest, one),
      );
      const info = await after;
      await pause(1000);
      if (info.frame !== before) changed.push(one.what);
      if (!info.settled) continue;
      settled += 1;
      assert.equal((await screen.grab()).frame.id, info.frame, `${number}: ${one.what}`);
    }
    assert.ok(settled >= CLICKS.length - 1, `${settled} of ${CLICKS.length} settled`);
    // Menus are in the frames that they were opened in, or nothing would differ.
    for (const { what } of CLICKS.slice(0, 6)) assert.ok(changed.includes(what), `nothing came of: ${what}`);
    captures.close();
    screen.close();
    display.close();
  });
});
