// The archive of a trace of twenty commands, as a ZIP and as a folder: what its readers were promised.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COMMANDS, resolveCommand } from '../../../protocol/commands/table.ts';
import { parseJson } from '../../../protocol/codec.ts';
import { Deskreel, type ComputerInterface } from '../../../sdk/index.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { centreOf, waitForElement } from '../../support/elements.ts';
import { savedTrace, type CallData, type SavedTrace } from '../../support/saved-trace.ts';

const execute = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const READER = fileURLToPath(new URL('../../fixtures/readers/seed-reader.py', import.meta.url));
/** The folder that the page's reader opens. */
const PAGE_NAME = 'trace_20250103_143052_abc123';
const CLIPBOARD = 'tangerine-4711';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** In this order; those that fail come last. */
const METHODS = [
  ...['left_click', 'type_text', 'press_key', 'hotkey', 'set_clipboard', 'copy_to_clipboard', 'scroll'],
  ...['move_cursor', 'drag', 'double_click', 'right_click', 'press_key', 'screenshot', 'run_command'],
  ...['write_text', 'read_text', 'get_accessibility_tree', 'left_click', 'read_text', 'press_key'],
];
const FAILED = 3;

async function twentyCommands(desktop: ComputerInterface, place: { x: number; y: number }): Promise<void> {
  const { x, y } = place;
  await desktop.leftClick(x, y);
  await desktop.typeText('Ünïcode, typed');
  await desktop.pressKey('enter');
  await desktop.hotkey('ctrl', 'a');
  await desktop.setClipboard(CLIPBOARD);
  assert.equal(await desktop.copyToClipboard(), CLIPBOARD);
  await desktop.scroll(0, -3, {});
  await desktop.moveCursor(x + 5, y + 5);
  const drag: [number, number][] = [
    [x, y],
    [x + 40, y + 10],
  ];
  await desktop.drag(drag, { duration: 0.1 });
  await desktop.doubleClick(x, y);
  await desktop.rightClick(x, y);
  await desktop.pressKey('escape');
  await desktop.screenshot();
  await desktop.runCommand('echo from the shell');
  await desktop.writeText('~/claim.txt', 'content');
  assert.equal(await desktop.readText('~/claim.txt'), 'content');
  await desktop.getAccessibilityTree();
  await assert.rejects(desktop.leftClick(9999, 10), { code: 'out_of_screen' });
  await assert.rejects(desktop.readText('~/absent.txt'), { code: 'command_failed' });
  await assert.rejects(desktop.pressKey('no_such_key'), { code: 'unknown_key' });
}

interface Archives {
  /** Unpacked from the ZIP by python3. */
  readonly zip: SavedTrace;
  /** Saved as a folder. */
  readonly dir: SavedTrace;
}

async function record(desk: TestComputer): Promise<Archives> {
  await desk.desktop.launch('mousepad');
  const text = await waitForElement(desk.desktop, { app: 'mousepad', role: 'text', state: 'focused' });
  const traceId = await desk.tracing.start({ name: 'twenty commands' });
  await desk.tracing.addMetadata('workflow', 'claims');
  await twentyCommands(desk.desktop, centreOf(text.bounds));
  const zip = await desk.tracing.stop({ path: join(desk.folder, 'saved.zip') });
  const unpacked = join(desk.folder, 'unpacked');
  await execute('python3', ['-m', 'zipfile', '-e', zip, unpacked]);
  assert.deepEqual(await readdir(unpacked), [traceId], 'one folder, named after the trace');
  const { url, token } = desk.server.running;
  await using deskreel = await Deskreel.open({ url, token });
  const { path: dir } = await deskreel.saveTrace(traceId, { format: 'dir', path: join(desk.folder, 'dir') });
  return { zip: await savedTrace(join(unpacked, traceId)), dir: await savedTrace(dir) };
}

describe('the archive of twenty commands', () => {
  let desk: TestComputer;
  let trace: SavedTrace;
  let dir: SavedTrace;
  before(async () => {
    desk = await startComputer();
    ({ zip: trace, dir } = await record(desk));
  });
  after(() => desk[Symbol.asyncDispose]());

  it('holds the same files as ZIP and as folder', async () => {
    assert.deepEqual(dir.names, trace.names);
    for (const name of trace.names) {
      const [one, other] = [await readFile(join(trace.dir, name)), await readFile(join(dir.dir, name))];
      assert.ok(one.equals(other), name);
    }
  });

  it('has the names of the page, numbered without gaps', () => {
    const known = /^(event_\d{6}_(trace_start|api_call|metadata|trace_end)\.json|\d{6}_[a-z_]+\.png)$/;
    const own = ['events.jsonl', 'manifest.json', 'trace_metadata.json'];
    const other = trace.names.filter((name) => !known.test(name));
    assert.deepEqual(other, own);
    const numbers = (names: readonly string[], from: number): number[] =>
      names.map((name) => Number(name.slice(from, from + 6)));
    assert.deepEqual(
      numbers(trace.eventNames, 'event_'.length),
      [...trace.eventNames.keys()].map((n) => n + 1),
    );
    assert.deepEqual(
      numbers(trace.pictures, 0),
      [...trace.pictures.keys()].map((n) => n + 1),
    );
    assert.equal(trace.eventNames[0], 'event_000001_trace_start.json');
    assert.equal(trace.pictures[0], '000001_initial_screenshot.png');
  });

  it('ends with trace_end', () => {
    assert.match(trace.eventNames.at(-1) ?? '', /_trace_end\.json$/);
    assert.equal(trace.events.at(-1)?.type, 'trace_end');
    assert.equal(trace.rows.at(-1)?.type, 'trace_end');
  });

  it('counts what is there', () => {
    const { overview, events, pictures } = trace;
    const end = events.at(-1)?.data ?? {};
    assert.deepEqual(
      [overview.total_events, overview.screenshot_count, overview.steps, overview.errors],
      [events.length, pictures.length, METHODS.length, FAILED],
    );
    assert.deepEqual(
      [end['total_events'], end['screenshot_count'], end['steps'], end['errors']],
      [events.length, pictures.length, METHODS.length, FAILED],
    );
  });

  it('has every command in its order, the failed ones with success false and their error', () => {
    assert.deepEqual(
      trace.calls.map(({ method }) => method),
      METHODS,
    );
    const failed = trace.calls.slice(-FAILED);
    for (const call of trace.calls.slice(0, -FAILED)) {
      assert.deepEqual([call.success, call.error], [true, null], call.method);
    }
    assert.deepEqual(
      failed.map((call) => [call.success, call['error_code']]),
      [
        [false, 'out_of_screen'],
        [false, 'command_failed'],
        [false, 'unknown_key'],
      ],
    );
    for (const { error, method } of failed)
      assert.ok(error !== null && error.length > 10, `${method}: ${error}`);
  });

  it('writes times in ISO where the page does, and as seconds where it does that', () => {
    assert.match(trace.overview.start_time, ISO);
    assert.match(trace.overview.end_time, ISO);
    for (const { started, ended } of trace.calls) {
      assert.match(started, ISO);
      assert.match(ended ?? '', ISO);
    }
    for (const row of trace.rows) assert.match(row.ts, ISO);
    const start = Date.parse(trace.overview.start_time) / 1000;
    for (const { timestamp, relative_time: relative } of trace.events) {
      assert.ok(Math.abs(timestamp - start - relative) < 0.1, `${timestamp} is ${relative} s after ${start}`);
    }
    const seconds = (Date.parse(trace.overview.end_time) - Date.parse(trace.overview.start_time)) / 1000;
    assert.ok(Math.abs(trace.overview.duration - seconds) < 0.1);
  });

  it('names a picture that is there for every input command', () => {
    for (const call of trace.calls.filter(isInput)) {
      assert.ok(call.screenshot !== null && trace.pictures.includes(call.screenshot), JSON.stringify(call));
    }
    const requested = trace.calls.find(({ method }) => method === 'screenshot');
    assert.ok(trace.pictures.includes(requested?.screenshot ?? 'none'));
  });

  it('tells no absolute path of the host', async () => {
    const places = [desk.server.data, desk.folder, PROJECT.replace(/\/$/, ''), tmpdir(), homedir()];
    for (const name of trace.names.filter((one) => /\.jsonl?$/.test(one))) {
      const text = await trace.text(name);
      for (const place of places)
        assert.ok(!text.includes(`${place}/`) && !text.includes(`${place}"`), `${place} in ${name}`);
      const values = text.split('\n').filter((line) => name.endsWith('l') && line !== '');
      for (const json of name.endsWith('l') ? values : [text]) {
        const paths = [...textsIn(parseJson(json))].filter((value) => /^\/[^/]+\//.test(value));
        assert.deepEqual(
          paths.filter((path) => !path.startsWith('/home/cua/')),
          [],
          name,
        );
      }
    }
  });

  it('knows the clipboard as a length only, on the server’s disk too', async () => {
    const [set] = trace.calls.filter(({ method }) => method === 'set_clipboard');
    const [get] = trace.calls.filter(({ method }) => method === 'copy_to_clipboard');
    assert.deepEqual(set?.args, { text_length: CLIPBOARD.length });
    assert.deepEqual(get?.result, { content_length: CLIPBOARD.length });
    for (const root of [desk.folder, desk.server.data]) {
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        assert.ok(!(await readFile(path)).includes(CLIPBOARD), path);
      }
    }
  });

  it('is read by the page’s own Python, unchanged', async () => {
    await symlink(trace.dir, join(desk.folder, PAGE_NAME));
    const { stdout } = await execute('python3', [READER], { cwd: desk.folder });
    const lines = stdout.trim().split('\n');
    assert.equal(lines[0], `Duration: ${trace.overview.duration.toFixed(2)}s`);
    assert.equal(lines[1], `Events: ${trace.events.length}`);
    assert.equal(lines[2], `Screenshots: ${trace.pictures.length}`);
    assert.equal(lines.length, 3 + FAILED, stdout);
    for (const [index, call] of trace.calls.slice(-FAILED).entries()) {
      const line = lines[3 + index] ?? '';
      assert.match(line, /^Error in event_\d{6}_api_call\.json: /);
      assert.ok(line.endsWith(call.error ?? 'none'), line);
    }
  });
});

function isInput({ method }: CallData): boolean {
  const name = resolveCommand(method);
  return name !== undefined && COMMANDS[name].input;
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) yield* textsIn(one);
}
