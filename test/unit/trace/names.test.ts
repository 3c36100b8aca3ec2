// Names inside a trace.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventName, isTraceId, pictureName, traceId } from '../../../trace/layout.ts';
import { PictureNames } from '../../../trace/pictures.ts';

describe('names', () => {
  it("are those of the seed's page", () => {
    assert.equal(traceId(Date.UTC(2025, 0, 3, 14, 30, 52), '1a2b3c4d'), 'trace_20250103_143052_1a2b3c4d');
    assert.equal(pictureName(2, 'after_left_click'), '000002_after_left_click.png');
    assert.equal(eventName(1, 'trace_start'), 'event_000001_trace_start.json');
  });

  it('of traces cannot be paths', () => {
    assert.ok(isTraceId('trace_20250103_143052_1a2b3c4d'));
    for (const id of ['trace_20250103_143052_1a2b3c4d/..', '../trace_20250103_143052_1a2b3c4d', '', '.']) {
      assert.equal(isTraceId(id), false, id);
    }
    assert.equal(isTraceId('trace_20250103_143052_1a2b3c4d\n'), false);
  });

  it('of pictures have no gaps, and equal frames share one', () => {
    const names = new PictureNames();
    const given = (
      [
        ['f1', 'initial', undefined],
        ['f1', 'before', 'left_click'],
        ['f2', 'after', 'left_click'],
        ['f2', 'before', 'scroll'],
        ['f1', 'after', 'scroll'],
        ['f3', 'requested', 'screenshot'],
        ['f4', 'final', undefined],
      ] as const
    ).map(([frame, when, method]) => {
      const name = names.nameFor(frame, when, method);
      names.keep(frame, name);
      return name;
    });
    assert.deepEqual(given, [
      '000001_initial_screenshot.png',
      '000001_initial_screenshot.png',
      '000002_after_left_click.png',
      '000002_after_left_click.png',
      '000001_initial_screenshot.png',
      '000003_screenshot.png',
      '000004_final_screenshot.png',
    ]);
  });

  it('that came to no row are given again', () => {
    const names = new PictureNames();
    assert.equal(names.nameFor('f1', 'initial', undefined), '000001_initial_screenshot.png');
    assert.equal(names.nameFor('f2', 'after', 'scroll'), '000001_after_scroll.png');
  });
});
