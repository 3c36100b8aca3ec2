// Turns whose command takes no picture of its own.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entriesOf, exported } from '../../support/exports.ts';
import { bench } from '../recorder/setup.ts';
import { CLICK, run, screenOf } from '../recorder/synthetic-guest.ts';

const WAIT = { command: 'wait', params: { duration: 1 } } as const;
const [FIRST, SECOND, THIRD] = ['turn_001', 'turn_002', 'turn_003'].map((turn) => `${turn}/screenshot.png`);

describe('cua-viewer', () => {
  it('shows in every turn a picture: of a wait, the last one before it', async () => {
    await using it = await bench();
    const id = await it.start({});
    const clicked = await screenOf(7);
    run(it.recorder, it.guest, WAIT);
    run(it.recorder, it.guest, { ...CLICK, leadsTo: clicked });
    run(it.recorder, it.guest, WAIT);
    await it.recorder.stop();
    const files = await entriesOf(await exported((await it.store.archive(id)).path, 'cua-viewer'));
    const pictures = [...files].filter(([name]) => name.endsWith('.png'));
    assert.deepEqual(
      pictures.map(([name]) => name),
      [FIRST, SECOND, THIRD],
    );
    const [first, second, third] = pictures.map(([, picture]) => picture);
    assert.ok(second && third && second.equals(clicked.png) && third.equals(second));
    assert.ok(!first?.equals(second), 'the first wait shows the screen that the trace began with');
  });

  it('has no picture where none was recorded', async () => {
    await using it = await bench();
    const id = await it.start({ screenshots: false });
    run(it.recorder, it.guest, CLICK);
    await it.recorder.stop();
    const files = await entriesOf(await exported((await it.store.archive(id)).path, 'cua-viewer'));
    assert.deepEqual([...files.keys()], ['turn_001/turn_001_agent_response.json']);
  });
});
