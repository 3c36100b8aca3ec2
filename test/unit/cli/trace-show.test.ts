// `deskreel trace show` tells what was masked: a line for each below its step, and a sum.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../cli/commands/all.ts';
import { runProgram } from '../../../cli/program.ts';
import { bench } from '../recorder/setup.ts';
import { run, screenOf } from '../recorder/synthetic-guest.ts';

async function show(...argv: string[]): Promise<string> {
  let out = '';
  let err = '';
  const status = await runProgram(COMMANDS, ['trace', 'show', ...argv], {
    out: (data) => void (out += String(data)),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
  });
  assert.deepEqual([status, err], [0, '']);
  return out;
}

describe('trace show', () => {
  it('tells what was masked, and not what it was', async () => {
    await using it = await bench();
    const id = await it.start();
    const bounds = [{ x: 1, y: 2, width: 3, height: 4 }];
    const typed = { command: 'type_text', params: { text: 'hunter2"x', secret: true } } as const;
    run(it.recorder, it.guest, { ...typed, leadsTo: await screenOf(1), masks: [{ rule: 'secret', bounds }] });
    it.recorder.addEvents([{ type: 'step_start', data: { goal: 'type hunter2"x' } }]);
    await it.recorder.stop();
    const { path } = await it.store.archive(id);
    const text = await show(path);
    assert.match(text, /^Masked {6}secret: call 1, event 1, frame 1$/m);
    assert.match(
      text,
      /^\S+ s +type_text .*\n +masked +secret: text of the call\n +masked +secret: 1 place of the picture \(after\)\n/m,
    );
    assert.match(text, /^\S+ s +step_start *\n +masked +secret: goal of the event$/m);
    assert.ok(!text.includes('hunter2'));
    const json = await show(path, '--json');
    const { overview, events } = JSON.parse(json) as {
      overview: { masked: object };
      events: { masks?: object[] }[];
    };
    assert.deepEqual(overview.masked, { secret: { call: 1, frame: 1, event: 1 } });
    assert.deepEqual(
      events.map(({ masks = [] }) => masks.length),
      [0, 2, 1, 0],
    );
    assert.ok(!json.includes('hunter2'));
  });

  it('says of a trace without anything masked that nothing was', async () => {
    await using it = await bench();
    const id = await it.start();
    await it.recorder.stop();
    assert.match(await show((await it.store.archive(id)).path), /^Masked {6}-$/m);
  });
});
