// What Cua's Tracing API page does in Python (docs of cua-computer, "Tracing API"; written anew in test/fixtures/tracing-page),
// run by its own client on a desktop of the server: what the client's trace says was done, the server's says too. The page's
// reader of a trace is test/fixtures/readers/seed-reader.py, its agent test/e2e/agent-page.test.ts.
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
const PROGRAMS = join(import.meta.dirname, '../../fixtures/tracing-page');
const CUSTOM_PATH = '/tmp/my-trace.zip';
const Event = z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });
const Call = z.looseObject({ method: z.string(), args: z.record(z.string(), z.unknown()).nullable() });

function program(name: string): Promise<string> {
  return readFile(join(PROGRAMS, `${name}.py`), 'utf8');
}

describe("what Cua's Tracing API page does in Python", () => {
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
    const { printed, trace_path: path, ours } = await traced(await program('basic'));
    assert.equal(printed, `saved: ${String(path)}\n`);
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
    assert.deepEqual(
      actionsOf(ours.calls).map(({ args }) => args),
      [{ x: 100, y: 200 }, { text: 'Hello, World!' }],
    );
    assert.ok(ours.calls.every(({ success }) => success));
  });

  it('starts with every option, and saves as a ZIP, as a folder and where it is told', async () => {
    const start = await program('options');
    const stops = ['{"format": "zip"}', '{"format": "dir"}', `{"path": "${CUSTOM_PATH}"}`];
    const paths: string[] = [];
    for (const stop of stops) {
      const { trace_path: path } = await client.run(start.replace('STOP', stop));
      assert.equal((await eventsOf(path))[0]?.type, 'trace_start');
      paths.push(String(path));
    }
    assert.match(paths[0] ?? '', /my-workflow\.zip$/);
    assert.ok((await stat(paths[1] ?? '')).isDirectory());
    assert.equal(paths[2], CUSTOM_PATH);
  });

  it('adds metadata between its actions', async () => {
    const { trace_path: path, ours } = await traced(await program('metadata'));
    const events = await eventsOf(path);
    const said = events.filter(({ type }) => type === 'metadata').map(({ data }) => data);
    assert.deepEqual(said.at(-1), { key: 'step', value: 'clicking-submit' });
    assert.equal(said.length, 4);
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
    assert.equal(actionsOf(ours.calls).length, 2);
  });

  it('waits for a person, with trees', async () => {
    const { printed, trace_path: path } = await traced(await program('demonstration'));
    assert.match(printed, /Enter ends the demonstration.*\nsaved: /);
    assert.deepEqual((await eventsOf(path))[0]?.data['trace_id'], 'human-demo-login');
  });

  it('traces without pictures', async () => {
    const { trace_path: path, ours } = await traced(await program('without-pictures'));
    const events = await eventsOf(path);
    assert.ok(events.every(({ data }) => (data['screenshot'] ?? null) === null));
    assert.deepEqual(actionsOf(ours.calls), await actionsIn(path));
  });
});
