// The archive of a trace, from start to ZIP, on a synthetic guest with real pictures.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { checkTrace } from './check.ts';
import { bench, calls, unpack } from './setup.ts';
import { CLICK, run, screenOf, type CommandOptions, type Screen } from './synthetic-guest.ts';

const execute = promisify(execFile);
const SNIPPET = new URL('../../fixtures/readers/seed-reader.py', import.meta.url);

function mixed(step: number, leadsTo: Screen): CommandOptions {
  if (step % 4 === 3) return { command: 'screenshot', params: {}, leadsTo };
  const error = { code: 'out_of_screen', message: 'x 9999 is out of the screen' } as const;
  return { ...CLICK, leadsTo, ...(step % 6 === 0 ? { error } : {}) };
}

describe('an archive', () => {
  it('has the layout of the page that it was promised on', async () => {
    await using it = await bench();
    const id = await it.start({ name: 'my workflow' });
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    it.recorder.addMetadata('step', 'two');
    run(it.recorder, it.guest, { command: 'type_text', params: { text: 'Hi' }, leadsTo: await screenOf(2) });
    run(it.recorder, it.guest, { command: 'screenshot', params: {} });
    const info = await it.recorder.stop();
    assert.equal(info.trace_id, id);
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.names, [
      '000001_initial_screenshot.png',
      '000002_after_left_click.png',
      '000003_after_type_text.png',
      'event_000001_trace_start.json',
      'event_000002_api_call.json',
      'event_000003_metadata.json',
      'event_000004_api_call.json',
      'event_000005_api_call.json',
      'event_000006_trace_end.json',
      'events.jsonl',
      'manifest.json',
      'trace_metadata.json',
    ]);
    const [click, text, screenshot] = calls(archive);
    assert.equal(click?.['screenshot'], '000002_after_left_click.png');
    assert.equal(click['before'], '000001_initial_screenshot.png');
    assert.equal(click['result'], null);
    assert.equal(text?.['screenshot'], '000003_after_type_text.png');
    assert.equal(screenshot?.['screenshot'], '000003_after_type_text.png');
    assert.equal(archive.metadata['total_events'], 6);
    assert.equal(archive.metadata['screenshot_count'], 3);
  });

  it('of twenty mixed commands holds what it says, and no path of the machine', async () => {
    await using it = await bench();
    const id = await it.start({ accessibility_tree: true });
    for (let step = 0; step < 20; step += 1) {
      // Screens come back: 7 different ones, and every third command changes nothing.
      const leadsTo = step % 3 === 0 ? it.guest.screen : await screenOf((step * 5) % 7);
      run(it.recorder, it.guest, mixed(step, leadsTo));
      if (step % 5 === 0) it.recorder.addMetadata('step', step);
    }
    const { summary } = await it.recorder.stop();
    const archive = await checkTrace(it.store, id);
    assert.equal(calls(archive).length, 20);
    assert.equal(summary?.steps, 20);
    assert.equal(summary.errors, 4);
    assert.equal(summary.screenshots, archive.pictures.length);
    assert.ok(archive.pictures.length <= 8);
    for (const name of archive.names.filter((file) => !file.endsWith('.png'))) {
      const text = await archive.text(name);
      for (const path of [it.data, tmpdir(), process.cwd()])
        assert.ok(!text.includes(path), `${path} in ${name}`);
    }
    const times = archive.events.map((event) => event.timestamp);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    for (const field of ['start_time', 'end_time']) {
      assert.match(String(archive.metadata[field]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    const trees = archive.events.filter((event) => event.type === 'accessibility_tree');
    assert.equal(trees.length, 15);
    for (const { data } of trees) assert.equal((data['tree'] as { role: string }).role, 'frame');
  });

  it("is read by the page's own Python snippet", async () => {
    await using it = await bench();
    const id = await it.start();
    const error = { code: 'out_of_screen', message: 'x 9999 is out of the screen' } as const;
    run(it.recorder, it.guest, { ...CLICK, error });
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    const script = join(dirname(archive.dir), 'read.py');
    const snippet = await readFile(SNIPPET, 'utf8');
    await writeFile(script, snippet.replace('trace_20250103_143052_abc123', id));
    const { stdout } = await execute('python3', [script], { cwd: dirname(archive.dir) });
    assert.match(stdout, /^Duration: \d+\.\d\ds\nEvents: 3\nScreenshots: 1\n/);
    assert.match(stdout, /Error in event_000002_api_call\.json: x 9999 is out of the screen/);
  });
});
