// A window manager that is slow to come to what the pointer does: windows are moved all the same, by whichever commands drag them.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Point } from '../../protocol/primitives.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';
import { eventually } from '../support/server.ts';

/** The editor's title bar is there. */
const TITLE = { x: 340, y: 68 };
const TO = { x: TITLE.x + 50, y: TITLE.y + 60 };
/** Seconds that the window manager sleeps, from before the press on. */
const SLEEPS = 0.6;

describe('a window that is dragged while its manager is busy', () => {
  let desk: TestComputer;
  let from: Point;
  before(async () => {
    desk = await startComputer({ resolution: '900x700' });
    await desk.desktop.launch('mousepad');
    await waitForElement(desk.desktop, { app: 'mousepad', role: 'text' });
  });
  after(() => desk[Symbol.asyncDispose]());
  beforeEach(async () => {
    const windowId = await desk.desktop.getCurrentWindowId();
    await desk.desktop.setWindowPosition(windowId, 40, 60);
    await desk.desktop.setWindowSize(windowId, 600, 420);
    from = await place();
    const sleep = `pkill -STOP -x xfwm4; (sleep ${SLEEPS}; pkill -CONT -x xfwm4) >/dev/null 2>&1 &`;
    await desk.desktop.runCommand(sleep);
  });

  async function place(): Promise<Point> {
    const [window] = await desk.desktop.getApplicationWindows('mousepad');
    assert.ok(window);
    return desk.desktop.getWindowPosition(window);
  }
  const moved = (): Promise<void> =>
    eventually(async () => {
      const { x, y } = await place();
      assert.deepEqual([x - from.x, y - from.y], [50, 60]);
    }, 10_000);

  it('goes along with a button that is pressed, moved and lifted by three commands', async () => {
    await desk.desktop.mouseDown(TITLE.x, TITLE.y);
    await desk.desktop.moveCursor(TITLE.x + 20, TITLE.y + 22);
    await desk.desktop.mouseUp(TO.x, TO.y);
    await moved();
  });

  it('goes along with a drag that takes no time', async () => {
    await desk.desktop.drag([[TITLE.x, TITLE.y], [TO.x, TO.y]], { duration: 0 }); // prettier-ignore
    await moved();
  });
});
