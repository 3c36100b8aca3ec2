// The size that a model sees, and points between its picture and the screen.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scalingFor, toModel, toScreen } from '../../../protocol/vocabulary/scaling.ts';

const size = (text: string): { width: number; height: number } => {
  const [width = 0, height = 0] = text.split('x').map(Number);
  return { width, height };
};

describe('the size that a model sees', () => {
  const sizes: Record<string, string> = {
    '1024x768': '1024x768',
    '1280x800': '1280x800',
    '800x600': '800x600',
    '1920x1080': '1366x768',
    '2560x1440': '1366x768',
    '1920x1200': '1280x800',
    '1600x1200': '1024x768',
    // No target has its ratio: it keeps its own.
    '2560x1080': '1366x576',
    '1080x1920': '432x768',
  };
  for (const [screen, model] of Object.entries(sizes)) {
    it(`${screen} is shown as ${model}`, () => assert.deepEqual(scalingFor(size(screen)).model, size(model)));
  }
});

describe('points', () => {
  it('of the model come back to themselves by way of the screen, and stay on it', () => {
    for (const screen of ['1920x1080', '2560x1080', '1600x1200', '1280x800']) {
      const scaling = scalingFor(size(screen));
      for (let x = 0; x < scaling.model.width; x += 7) {
        const point = { x, y: x % scaling.model.height };
        const there = toScreen(scaling, point);
        assert.ok(there.x < scaling.screen.width && there.y < scaling.screen.height);
        assert.deepEqual(toModel(scaling, there), point);
      }
    }
  });

  it('outside of the picture are refused in the model’s own size', () => {
    const scaling = scalingFor(size('1920x1080'));
    for (const point of [
      { x: 1366, y: 5 },
      { x: -1, y: 5 },
      { x: 5, y: 768 },
    ]) {
      assert.throws(() => toScreen(scaling, point), { code: 'out_of_screen', message: /1366x768/ });
    }
  });
});
