// Snapshots for models, the differences between two of them, and the loops in a row of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diffElements } from '../../../protocol/snapshot/diff.ts';
import { formatSnapshotForLlm } from '../../../protocol/snapshot/format.ts';
import { findLoop } from '../../../protocol/snapshot/loops.ts';
import type { SnapshotElement } from '../../../protocol/snapshot/snapshot.ts';

function element(id: number, more: Partial<SnapshotElement> = {}): SnapshotElement {
  return {
    id,
    role: 'button',
    text: `Button ${id}`,
    importance: 10,
    bbox: { x: 100, y: 50, width: 80, height: 30 },
    visual_cues: { is_primary: false, is_clickable: true },
    ...more,
  };
}

const shown = (...elements: SnapshotElement[]): string => formatSnapshotForLlm({ elements });

describe('formatSnapshotForLlm', () => {
  it('writes one line for each element', () => {
    const primary = { is_primary: true, is_clickable: true };
    assert.equal(
      shown(
        element(1, { text: 'Sign In', visual_cues: primary }),
        element(2, {
          role: 'label',
          text: null,
          visual_cues: {},
          bbox: { x: 1.9, y: -1.9, width: 1, height: 1 },
        }),
      ),
      '[1] <button> "Sign In" {PRIMARY,CLICKABLE} @ (100,50) (Imp:10)\n[2] <label> "" @ (1,-1) (Imp:10)',
    );
    assert.match(shown(element(3, { visual_cues: { is_primary: true } })), / \{PRIMARY\} @ /);
  });

  it('cuts text behind 50 characters', () => {
    assert.match(shown(element(1, { text: 'x'.repeat(50) })), /"x{50}"/);
    assert.match(shown(element(1, { text: 'x'.repeat(51) })), /"x{50}\.\.\."/);
    assert.match(shown(element(1, { text: '😀'.repeat(50) })), /"(😀){50}"/u);
    assert.match(shown(element(1, { text: '😀'.repeat(51) })), /"(😀){50}\.\.\."/u);
  });

  it('takes the first 50 elements, or as many as are asked for', () => {
    const elements = Array.from({ length: 60 }, (_, index) => element(index));
    assert.equal(formatSnapshotForLlm({ elements }).split('\n').length, 50);
    assert.equal(formatSnapshotForLlm({ elements }, { limit: 3 }).split('\n').length, 3);
    assert.equal(formatSnapshotForLlm({ elements }, 3), formatSnapshotForLlm({ elements }, { limit: 3 }));
    assert.equal(formatSnapshotForLlm({ elements: [] }), '');
    assert.equal(formatSnapshotForLlm({ elements }, 0), '');
  });
});

describe('diffElements', () => {
  const box = { x: 100, y: 50, width: 80, height: 30 };
  const statuses = (before: SnapshotElement[] | undefined, after: SnapshotElement[]): object[] =>
    diffElements(before, after).map(({ id, diff_status }) => ({ id, diff_status }));

  it('calls everything added where nothing was before', () => {
    assert.deepEqual(statuses(undefined, [element(1), element(2)]), [
      { id: 1, diff_status: 'ADDED' },
      { id: 2, diff_status: 'ADDED' },
    ]);
  });

  it('tells what was added, changed, moved, and what is gone', () => {
    const before = [1, 2, 3, 4, 5].map((id) => element(id));
    const after = [
      element(1),
      element(2, { text: 'other' }),
      element(3, { bbox: { ...box, x: 106 } }),
      element(4, { text: 'other', bbox: { ...box, x: 106 } }),
      element(6),
    ];
    assert.deepEqual(statuses(before, after), [
      { id: 1, diff_status: undefined },
      { id: 2, diff_status: 'MODIFIED' },
      { id: 3, diff_status: 'MOVED' },
      { id: 4, diff_status: 'MODIFIED' },
      { id: 6, diff_status: 'ADDED' },
      { id: 5, diff_status: 'REMOVED' },
    ]);
  });

  it('passes over five pixels, case and white space', () => {
    const after = [element(1, { text: ' button  1', bbox: { x: 105, y: 45, width: 85, height: 30 } })];
    assert.deepEqual(statuses([element(1)], after), [{ id: 1, diff_status: undefined }]);
    const cue = [element(1, { visual_cues: { is_primary: true, is_clickable: true } })];
    assert.deepEqual(statuses([element(1)], cue), [{ id: 1, diff_status: 'MODIFIED' }]);
  });

  it('starts from the elements that were there, not from the marks on them', () => {
    const first = diffElements([element(1), element(2)], [element(1)]);
    assert.deepEqual(statuses(first, [element(1), element(2)]), [
      { id: 1, diff_status: undefined },
      { id: 2, diff_status: 'ADDED' },
    ]);
    assert.deepEqual(statuses(first, [element(1)]), [{ id: 1, diff_status: undefined }]);
  });
});

describe('findLoop', () => {
  const loop = (states: string, rule = {}): number | undefined => findLoop(Array.from(states), rule);

  it('sees a state that stays, and states that take turns', () => {
    assert.equal(loop('xaaa'), 1);
    assert.equal(loop('xababab'), 2);
    assert.equal(loop('abcdabcdabcd'), 4);
  });

  it('sees none before the third time, nor one that was left', () => {
    for (const states of ['', 'a', 'aa', 'abab', 'aaab', 'abcabc'])
      assert.equal(loop(states), undefined, states);
    assert.equal(loop('aa', { times: 2 }), 1);
    assert.equal(loop('abcabcabc', { longest: 2 }), undefined);
  });
});
