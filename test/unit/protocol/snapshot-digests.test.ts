// Fingerprints of snapshots: equal to those of Python's `json.dumps`, `round`, `str.split` and `re`.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { computeSnapshotDigests, type DigestElement } from '../../../protocol/snapshot/digests.ts';

const PAGE: DigestElement[] = [
  {
    id: 2,
    role: 'textbox',
    text: 'Total: $ 79.99 at 12:34 on 2025-12-26',
    bbox: { x: 101.9, y: 203, width: 51, height: 25 },
    visual_cues: { is_clickable: false, is_primary: false },
  },
  {
    id: 1,
    role: 'button',
    text: '  Sign\u00a0 In  \u00c9 ',
    bbox: { x: 123, y: -3, width: 78, height: 90 },
    visual_cues: { is_clickable: true, is_primary: true },
  },
  { id: 3, role: 'label', text: '', bbox: { x: 1, y: 1, width: 1, height: 1 }, visual_cues: {} },
];

/** White space, digits, cases, quotes and numbers in which the languages differ. */
const TRAPS: DigestElement[] = [
  {
    id: 7,
    role: 'a "quoted" \\ röle',
    text: 'A\u001cB\u0085C\ufeffD\u3000\uff25\u03a3 \u0663\u0664 $ \n 5 \u0130',
    bbox: { x: -1.5, y: -5, width: 50.999, height: -7.9 },
    visual_cues: { is_primary: true },
  },
  { text: `${'😀'.repeat(79)} 12` },
  { id: -4, role: 'frame', text: `${'x'.repeat(79)} 42`, bbox: { x: 3, y: 5, width: 7, height: 9 } },
  { id: 12, role: 'label', text: 'tab\there\u2028sep\u0007bell' },
];

describe('computeSnapshotDigests', () => {
  it('gives what Python gives', () => {
    assert.deepEqual(computeSnapshotDigests(PAGE), {
      strict: 'sha256:8e5817cc5e1eb21c903cb391ef3c3c93a01a64c4cb6a2b245d65be0eb4af7084',
      loose: 'sha256:f1cf58b355a46d1094c7b4ce1f01833ffa4df29cadd55664dfb990718e1992ee',
    });
    assert.deepEqual(computeSnapshotDigests(TRAPS), {
      strict: 'sha256:ef41b09a55bcd644e8f59e733865e3270e93b7528d48964c54b45185bfbb398b',
      loose: 'sha256:da523822d03a1bef193771adf114ac97a462d744e2fe507d4917508a73baae78',
    });
  });

  it('gives one digest for no elements', () => {
    const none = 'sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    assert.deepEqual(computeSnapshotDigests([]), { strict: none, loose: none });
  });

  it('does not depend on the order of the elements', () => {
    assert.deepEqual(computeSnapshotDigests(PAGE.toReversed()), computeSnapshotDigests(PAGE));
  });

  it('tells text from layout', () => {
    const before = computeSnapshotDigests(PAGE);
    const said = computeSnapshotDigests(PAGE.map((element) => ({ ...element, text: 'other' })));
    assert.notEqual(said.strict, before.strict);
    assert.equal(said.loose, before.loose);
    const moved = computeSnapshotDigests(
      PAGE.map((element) => ({ ...element, bbox: { ...element.bbox, x: 700 } })),
    );
    assert.notEqual(moved.loose, before.loose);
  });

  it('passes over small shifts, white space, case and the digits of numbers', () => {
    const one = (text: string, x: number): DigestElement => ({ id: 1, role: 'label', text, bbox: { x } });
    const price = computeSnapshotDigests([one('Price: $79.99', 100)]);
    for (const same of [one('price:  $ 1.5', 100), one('Price: $79.99 ', 100.9), one('Price: $79.99', 101)]) {
      assert.deepEqual(computeSnapshotDigests([same]), price, JSON.stringify(same));
    }
    assert.notDeepEqual(computeSnapshotDigests([one('Price: $79.99', 103)]), price);
  });

  it('rounds a half to the even side', () => {
    const at = (x: number): string => computeSnapshotDigests([{ id: 1, bbox: { x } }]).loose;
    // As [round(int(v) / 2) * 2 for v in ...] has it.
    const pairs = [
      [121, 120],
      [123, 124],
      [101, 100],
      [-1.5, 0],
      [-3, -4],
      [0.5, 0],
      [-1, 0],
      [2.9, 2],
    ];
    for (const [given = 0, rounded = 0] of pairs) assert.equal(at(given), at(rounded), String(given));
    assert.notEqual(at(123), at(122));
  });
});
