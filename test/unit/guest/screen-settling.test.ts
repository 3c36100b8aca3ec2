// When a screen counts as settled, and what is left out of that.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BusyCells } from '../../../guest/capture/busy.ts';
import { boundsOf, changedCells } from '../../../guest/capture/cells.ts';
import { judge, type SettleState } from '../../../guest/capture/settle-rule.ts';
import { WorkMeter } from '../../../guest/capture/workload.ts';
import { frameOf, noise } from './screen-pixels.ts';

const TIMES = { minMs: 700, quietMs: 150, workMs: 800, maxMs: 3000 };

describe('the rule of settling', () => {
  const at = (nowMs: number, state: Partial<SettleState>): ReturnType<typeof judge> =>
    judge({ inputMs: 1000, changedMs: undefined, workingMs: undefined, lateMs: 0, ...state }, nowMs, TIMES);

  it('waits for a tooltip even where nothing changed', () => {
    assert.deepEqual(at(1000, {}), { lookAtMs: 1700 });
    assert.deepEqual(at(1699, {}), { lookAtMs: 1700 });
    assert.equal(at(1700, {}), 'settled');
  });

  it('waits for the tooltip of a window that answered slowly, and not for a second one', () => {
    assert.deepEqual(at(1700, { changedMs: 1363 }), { lookAtMs: 1923 });
    assert.equal(at(1923, { changedMs: 1363 }), 'settled');
    assert.equal(at(1750, { changedMs: 1570 }), 'settled');
  });

  it('wants quiet after the last change', () => {
    assert.deepEqual(at(1700, { changedMs: 1600 }), { lookAtMs: 1750 });
    assert.equal(at(1750, { changedMs: 1600 }), 'settled');
  });

  it('gives up on a screen that keeps changing, and says so', () => {
    assert.deepEqual(at(3950, { changedMs: 3900 }), { lookAtMs: 4000 });
    assert.equal(at(4000, { changedMs: 3900 }), 'given up');
  });

  it('waits longer on a machine that is late itself', () => {
    assert.deepEqual(at(1700, { lateMs: 120 }), { lookAtMs: 1820 });
    assert.deepEqual(at(1700, { changedMs: 1690, lateMs: 120 }), { lookAtMs: 1960 });
    assert.deepEqual(at(1700, { changedMs: 1690, lateMs: 900 }), { lookAtMs: 2600 });
  });

  it('waits while something computes, but not for ever', () => {
    assert.deepEqual(at(1700, { changedMs: 1100, workingMs: 1690 }), { lookAtMs: 1840 });
    assert.equal(at(1840, { changedMs: 1100, workingMs: 1690 }), 'settled');
    assert.equal(at(2050, { changedMs: 1100, workingMs: 2040 }), 'settled');
  });
});

describe('changed cells', () => {
  const size = { width: 200, height: 100 };

  it('name the places that differ, and as rectangles cover them within the screen', () => {
    const pixels = noise(size, 1);
    const other = pixels.slice();
    for (const [x, y] of [
      [10, 5],
      [70, 5],
      [10, 40],
      [199, 99],
    ] as const) {
      other[y * size.width + x] = (other[y * size.width + x] ?? 0) ^ 0x10;
    }
    const cells = changedCells(frameOf(size, pixels), frameOf(size, other));
    assert.deepEqual(cells, [0, 1, 4, 15]);
    assert.deepEqual(boundsOf(cells, size), [
      { x: 0, y: 0, width: 128, height: 32 },
      { x: 0, y: 32, width: 64, height: 32 },
      { x: 192, y: 96, width: 8, height: 4 },
    ]);
    assert.deepEqual(boundsOf([0, 4, 8], size), [{ x: 0, y: 0, width: 64, height: 96 }]);
  });

  it('are everything where the size changed, and nothing where only unseen bits did', () => {
    const pixels = noise(size, 2);
    const frame = frameOf(size, pixels);
    assert.equal(changedCells(frame, frameOf({ width: 100, height: 200 }, pixels)), undefined);
    assert.deepEqual(
      changedCells(
        frame,
        frameOf(
          size,
          pixels.map((pixel) => pixel ^ 0xff000000),
        ),
      ),
      [],
    );
  });
});

describe('busy cells', () => {
  it('are those that kept changing before the input, long after the one before it', () => {
    const busy = new BusyCells();
    for (const atMs of [5000, 5250, 5500, 5750]) busy.note([7], atMs);
    busy.note([8], 5500);
    assert.deepEqual([...busy.atInput(5900)], [7]);
  });

  it('are not those that an input changed', () => {
    const busy = new BusyCells();
    busy.atInput(5000);
    busy.inputDone(5010);
    for (const atMs of [5100, 5350, 5600, 5850]) busy.note([7], atMs);
    assert.deepEqual([...busy.atInput(7000)], []);
  });

  it('stay busy over a quick series of inputs', () => {
    const busy = new BusyCells();
    for (const atMs of [5000, 5250, 5500]) busy.note([7], atMs);
    busy.atInput(5600);
    assert.deepEqual([...busy.atInput(5900)], [7]);
  });

  it('are forgotten when they have come to rest', () => {
    const busy = new BusyCells();
    for (const atMs of [5000, 5250, 5500]) busy.note([7], atMs);
    assert.deepEqual([...busy.atInput(9000)], []);
  });
});

describe('the work meter', () => {
  it('sees programs compute more than they did before the input', () => {
    let now = 0;
    let used = 0;
    const pass = (ms: number, usedMs: number): void => {
      now += ms;
      used += usedMs;
    };
    const meter = new WorkMeter(
      () => used,
      () => now,
    );
    meter.end();
    pass(1000, 500);
    meter.begin();
    pass(50, 30);
    assert.equal(meter.working(), false, 'half a core was used before, too');
    pass(50, 50);
    assert.equal(meter.working(), true);
    pass(50, 25);
    assert.equal(meter.working(), false);
  });

  it('says nothing where the machine does not tell', () => {
    const meter = new WorkMeter(undefined, () => 0);
    meter.begin();
    assert.equal(meter.working(), false);
  });
});
