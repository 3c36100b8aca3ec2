// The Python on Cua's Tracing API page (test/fixtures/cua-tracing-page.txt, as it is published), run by its own client on a
// desktop of the server: what the client's trace says was done, the server's says too. Not run: the example with a language
// model. The last example lost its indentation there; test/fixtures/readers/seed-reader.py has it, and is compared.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { clientsPython } from '../../support/python.ts';
import { startPythonClient, type PageRun, type PythonClient } from '../../support/python-client.ts';
import type { SavedTrace } from '../../support/saved-trace.ts';
import { actionsOf, type Action } from './seed-example.ts';

const command = promisify(execFile);
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const PAGE = (await readFile(join(FIXTURES, 'cua-tracing-page.txt'), 'utf8')).replaceAll('\r', '');
const CUSTOM_PATH = '/tmp/my-trace.zip';
const Event = z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const Call = z.looseObject({ method: z.string(), args: z.record(z.string(), z.unknown()).nullable() });

/** The page's text between two of its sentences, without them. */
function between(from: string, to: string): string {
  const start = PAGE.indexOf(from);
  assert.ok(start >= 0, `the page has: ${from}`);
  const end = PAGE.indexOf(to, start + from.length);
  assert.ok(end > start, `the page has after it: ${to}`);
  return PAGE.slice(start + from.length, end).trim();
}

describe("the Python of Cua's Tracing API page", () => {
  let test: TestComputer;
  let client: PythonClient;
  let folder = '';
  before(async () => {
    test = await startComputer({ resolution: '1024x768' });
    folder = await mkdtemp(join(tmpdir(), 'deskreel-page-'));
    const [{ links } = { links: { api: '' } }] = await test.server.desktops();
    const options = { os_type: 'linux', use_host_computer_server: true, api_base_url: links.api };
    client = await startPythonClient('computer', options, folder);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    await rm(CUSTOM_PATH, { force: true });
  });

  /** Runs the code while the server traces, too. */
  async function traced(code: string): Promise<PageRun & { ours: SavedTrace }> {
    await test.tracing.start();
    const run = await client.run(code);
    return { ...run, ours: await test.stopTrace() };
  }

  /** The events of a trace that the client wrote. */
  async function eventsOf(path: string | null): Promise<z.output<typeof Event>[]> {
    assert.ok(path !== null, 'the code has a trace_path');
    let dir = path;
    if (!(await stat(path)).isDirectory()) {
      dir = await mkdtemp(join(folder, 'unpacked-'));
      await command(await clientsPython(), ['-m', 'zipfile', '--extract', path, dir]);
    }
    const names = (await readdir(dir)).filter((name) => name.startsWith('event_')).sort();
    return Promise.all(
      names.map(async (name) => Event.parse(JSON.parse(await readFile(join(dir, name), 'utf8')))),
    );
  }

  async function actionsIn(path: string | null): Promise<Action[]> {
    const calls = (await eventsOf(path)).filter(({ type }) => type === 'api_call');
    return actionsOf(calls.map(({ data }) => Call.parse(data)));
  }

  it('traces a click and a text', async () => {
    const code = between('around any computer operations:', 'This creates a ZIP archive');
    const { printed, trace_path: path, ours } = await traced(code);
    assert.equal(printed, `Trace saved to: ${String(path)}\n`);
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
    assert.deepEqual(
      actionsOf(ours.calls).map(({ args }) => args),
      [{ x: 100, y: 200 }, { text: 'Hello, World!' }],
    );
    assert.ok(ours.calls.every(({ success }) => success));
  });

  it('starts with every option, and saves as a ZIP, as a folder and where it is told', async () => {
    const start = between('Control what gets recorded with start options:', 'Control output format');
    const stops = between('Control output format when stopping:', 'Output Format')
      .split('\n')
      .filter((line) => line.startsWith('trace_path'));
    assert.equal(stops.length, 3);
    const paths: string[] = [];
    for (const stop of stops) {
      const { trace_path: path } = await client.run(`${start}\n${stop}`);
      assert.equal((await eventsOf(path))[0]?.type, 'trace_start');
      paths.push(String(path));
    }
    assert.match(paths[0] ?? '', /my-workflow\.zip$/);
    assert.ok((await stat(paths[1] ?? '')).isDirectory());
    assert.equal(paths[2], CUSTOM_PATH);
  });

  it('adds metadata between its actions', async () => {
    const code = between('for later analysis:', 'Metadata appears in the trace');
    const { trace_path: path, ours } = await traced(code);
    const events = await eventsOf(path);
    const said = events.filter(({ type }) => type === 'metadata').map(({ data }) => data);
    assert.deepEqual(said.at(-1), { key: 'step', value: 'clicking-submit' });
    assert.equal(said.length, 4);
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
    assert.equal(actionsOf(ours.calls).length, 2);
  });

  it('waits for a person, with trees', async () => {
    const code = between('human-driven workflows as training data:', 'Privacy Considerations');
    // The page imports it in its first example only.
    const { printed, trace_path: path } = await traced(`from computer import Computer\n${code}`);
    assert.match(printed, /Press Enter when done.*\nDemo saved to: /);
    assert.deepEqual((await eventsOf(path))[0]?.data['trace_id'], 'human-demo-login');
  });

  it('traces without pictures', async () => {
    const code = between('# Privacy-conscious tracing', 'Debugging with Traces');
    const then = 'await computer.interface.left_click(30, 40)\ntrace_path = await computer.tracing.stop()';
    const { trace_path: path, ours } = await traced(`${code}\n${then}`);
    const events = await eventsOf(path);
    assert.ok(events.every(({ data }) => (data['screenshot'] ?? null) === null));
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
  });

  it('has the reader that other tests run on traces of the server', async () => {
    const flat = (text: string): string[] =>
      text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')); // prettier-ignore
    const code = flat(between('fields in API call events for exceptions', 'Was this page helpful?'));
    const reader = flat(await readFile(join(FIXTURES, 'readers/seed-reader.py'), 'utf8'));
    assert.deepEqual(reader, code);
  });
});
