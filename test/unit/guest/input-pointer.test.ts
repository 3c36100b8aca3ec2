// The pointer commands against a device that keeps what it was told: drags, wheels, places, and what is let go.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dragMoves, dragPath, type DragHand } from '../../../guest/input/drag.ts';
import { HeldButtons } from '../../../guest/input/held.ts';
import { createPointer } from '../../../guest/input/pointer.ts';
import type { PointerDevice } from '../../../guest/input/pointer-device.ts';
import { DeskreelError } from '../../../protocol/errors.ts';
import type { Point } from '../../../protocol/primitives.ts';
import { TestClock } from './test-clock.ts';

function recordingDevice(): { device: PointerDevice; done: string[] } {
  const done: string[] = [];
  const note = (text: string): Promise<void> => {
    done.push(text);
    return Promise.resolve();
  };
  const device: PointerDevice = {
    name: 'xtest',
    move: ({ x, y }) => note(`${x},${y}`),
    press: (button) => note(`+${button}`),
    release: (button) => note(`-${button}`),
    click: (button) => note(`click ${button}`),
    wheel: (direction, notches) => note(`${direction} ${notches}`),
  };
  return { device, done };
}

/** `manages`: whether the window manager answers. */
function hands(manages = true) {
  const { device, done } = recordingDevice();
  const held = new HeldButtons(device);
  const size = { width: 1280, height: 800 };
  const check = ({ x, y }: { x: number; y: number }): void => {
    if (x < 0 || y < 0 || x >= size.width || y >= size.height)
      throw new DeskreelError('out_of_screen', 'outside');
  };
  const bounds = { size: () => size, check };
  const clock = new TestClock();
  const position = (): Promise<Point> => Promise.resolve({ x: 1, y: 2 });
  const manager = {
    caughtUp: (): Promise<boolean> => {
      done.push('seen');
      return Promise.resolve(manages);
    },
  };
  const pointer = createPointer({ device, bounds, held, position, manager, clock });
  /** Lets time pass, a millisecond each, until the work is done. Returns how many. */
  const took = async (work: () => unknown): Promise<number> => {
    const from = clock.now();
    const until = Promise.resolve(work()).then(() => clock.now());
    await clock.pass(0);
    for (let ms = 0; ms < 1000; ms += 1) await clock.pass(1);
    return (await until) - from;
  };
  return { pointer, held, done, took };
}

const call = { id: 'c', session: 's', signal: new AbortController().signal };

describe('clicks', () => {
  it('move first where both numbers are given, and honour the button', async () => {
    const { pointer, done, took } = hands();
    await pointer.left_click({ x: 5, y: 6, button: 'middle' }, call);
    await pointer.left_click({ x: 5, button: 'left' }, call);
    await took(() => pointer.triple_click({ x: null, y: null }, call));
    assert.deepEqual(done, ['5,6', 'click middle', 'click left', 'click left', 'click left', 'click left']);
  });

  it('that are to count as two or three keep their distance from an earlier one', async () => {
    const { pointer, done, took } = hands();
    await pointer.left_click({ x: 5, y: 6, button: 'left' }, call);
    assert.equal(await took(() => pointer.double_click({ x: 7, y: 8 }, call)), 520 + 60);
    assert.deepEqual(done, ['5,6', 'click left', '7,8', 'click left', 'click left']);
    const cancel = AbortSignal.timeout(20);
    await assert.rejects(pointer.triple_click({ x: 9, y: 9 }, { ...call, signal: cancel }));
    assert.equal(done.at(-1), '9,9');
  });

  it('outside of the screen do nothing', async () => {
    const { pointer, done } = hands();
    await assert.rejects(pointer.right_click({ x: 1280, y: 0 }, call), { code: 'out_of_screen' });
    await assert.rejects(pointer.drag({ path: [[1, 1], [1, 900]], button: 'left', duration: 0 }, call), { code: 'out_of_screen' }); // prettier-ignore
    assert.deepEqual(done, []);
  });
});

describe('a button that is held', () => {
  it('is moved when the window manager has seen the press, and lifted when it has seen the move', async () => {
    const { pointer, done } = hands();
    await pointer.mouse_down({ x: 5, y: 6, button: 'left' }, call);
    await pointer.move_cursor({ x: 7, y: 8 }, call);
    await pointer.mouse_up({ x: 9, y: 9, button: 'left' }, call);
    assert.deepEqual(done.splice(0), ['5,6', '+left', 'seen', '7,8', 'seen', 'seen', '9,9', 'seen', '-left']);
    await pointer.mouse_down({ button: 'left' }, call);
    await pointer.mouse_up({ button: 'left' }, call);
    await pointer.move_cursor({ x: 7, y: 8 }, call);
    assert.deepEqual(done, ['+left', '-left', '7,8']);
  });

  it('is waited for once where the window manager hangs, until it is pressed again', async () => {
    const { pointer, done } = hands(false);
    for (const x of [1, 2]) {
      await pointer.mouse_down({ x, y: 0, button: 'left' }, call);
      await pointer.move_cursor({ x: x + 2, y: 0 }, call);
      await pointer.mouse_up({ x: x + 4, y: 0, button: 'left' }, call);
    }
    assert.deepEqual(done, [
      '1,0', '+left', 'seen', '3,0', '5,0', '-left', '2,0', '+left', 'seen', '4,0', '6,0', '-left',
    ]); // prettier-ignore
  });
});

describe('the wheel', () => {
  it('takes amounts, and a place where scroll_x or scroll_y come', async () => {
    const { pointer, done } = hands();
    await pointer.scroll({ x: 0, y: 3 }, call);
    await pointer.scroll({ x: -2, y: -1 }, call);
    await pointer.scroll({ x: 500, y: 400, scroll_y: 2 }, call);
    await pointer.scroll({ x: 500, y: 400, scroll_x: 1, scroll_y: -4 }, call);
    assert.deepEqual(done, [
      'up 3', 'down 1', 'left 2', '500,400', 'up 2', '500,400', 'down 4', 'right 1',
    ]); // prettier-ignore
  });

  it('refuses more than a hundred notches', async () => {
    await assert.rejects(hands().pointer.scroll({ x: 500, y: 400 }, call), { code: 'bad_params' });
  });
});

function handOf(device: PointerDevice, done: string[]): DragHand {
  return {
    device,
    seen: () => {
      done.push('seen');
      return Promise.resolve();
    },
  };
}

describe('a drag', () => {
  it('holds the button over the whole path and passes each of its points', async () => {
    const { device, done } = recordingDevice();
    const path = [{ x: 0, y: 0 }, { x: 8, y: 0 }, { x: 8, y: 8 }]; // prettier-ignore
    await dragPath({ path, button: 'left', seconds: 0 }, handOf(device, done), call.signal);
    assert.deepEqual(done.slice(0, 5), ['0,0', '+left', 'seen', '2,0', 'seen']);
    assert.deepEqual(done.slice(-3), ['8,8', 'seen', '-left']);
    assert.ok(done.includes('8,0'));
    assert.equal(done.filter((step) => step.includes('left')).length, 2);
  });

  it('takes its duration at constant speed', () => {
    const moves = dragMoves({ x: 0, y: 0 }, [{ x: 300, y: 0 }, { x: 300, y: 100 }], 0.4); // prettier-ignore
    assert.equal(moves.at(-1)?.at, 400);
    const corner = moves.find(({ to }) => to.x === 300);
    assert.equal(corner?.at, 300);
    const gaps = moves.slice(1).map((move, index) => move.at - (moves[index]?.at ?? 0));
    assert.ok(Math.max(...gaps) <= 16.001, String(Math.max(...gaps)));
  });

  it('lets go when it is cancelled on the way', async () => {
    const { device, done } = recordingDevice();
    const cancel = new AbortController();
    const path = [{ x: 0, y: 0 }, { x: 1000, y: 0 }]; // prettier-ignore
    const dragged = dragPath({ path, button: 'right', seconds: 30 }, handOf(device, done), cancel.signal);
    setImmediate(() => cancel.abort());
    await assert.rejects(dragged, { name: 'AbortError' });
    assert.equal(done.at(-1), '-right');
    assert.ok(done.length < 10);
  });
});

describe('held buttons', () => {
  it('belong to the session that pressed them, and any session lets them go', async () => {
    const { pointer, held, done } = hands();
    await pointer.mouse_down({ x: 3, y: 4, button: 'left' }, call);
    await pointer.mouse_down({ button: 'right' }, call);
    await pointer.mouse_down({ button: 'middle' }, { ...call, session: 'other' });
    assert.deepEqual([held.heldBy('s'), held.heldBy('other')], [['left', 'right'], ['middle']]);
    await pointer.mouse_up({ button: 'right' }, { ...call, session: 'other' });
    assert.deepEqual(held.heldBy('s'), ['left']);
    assert.deepEqual(done, ['3,4', '+left', '+right', '+middle', '-right']);
  });
});
