// "Tracing with ComputerAgent" of Cua's page, as it reads, and its table of tracing beside trajectories, row by row.
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { ComputerAgent, type AgentModelFunction } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { entriesOf } from '../support/exports.ts';
import { pageRows } from '../support/page-rows.ts';

const REASON = 'the pointer is to go there';
const model: AgentModelFunction = ({ step }) =>
  step === 3
    ? 'Done.'
    : [
        { type: 'reasoning', summary: REASON },
        { type: 'click', button: 'left', x: 600 + step, y: 400 },
      ];

let test: TestComputer;
let trajectories = '';
/** The archive's files, by their names without its folder. */
let trace = new Map<string, string>();

async function runAgent(options: object = {}): Promise<void> {
  const agent = new ComputerAgent({ model, tools: [test.computer], ...options });
  for await (const turn of agent.run('Open Firefox and search for Cua')) assert.ok(turn.output.length > 0);
}

async function filesOf(path: string): Promise<Map<string, string>> {
  const entries = await entriesOf(await readFile(path));
  return new Map(
    [...entries].map(([name, content]) => [name.split('/').slice(1).join('/'), String(content)]),
  );
}

/** The data of the archive's events of one type. */
function events(files: ReadonlyMap<string, string>, type: string): Record<string, unknown>[] {
  const all = [...files].filter(([name]) => name.startsWith('event_')).sort();
  const parsed = all.map(([, text]) => JSON.parse(text) as { type: string; data: Record<string, unknown> });
  return parsed.filter((event) => event.type === type).map(({ data }) => data);
}

const clicksIn = (files: ReadonlyMap<string, string>): Record<string, unknown>[] =>
  events(files, 'api_call').filter(({ method }) => method === 'left_click');

before(async () => {
  test = await startComputer();
  const { computer } = test;
  trajectories = join(test.folder, 'trajectories');
  // Start tracing before agent runs
  await computer.tracing.start({ name: 'agent-task' });
  const agent = new ComputerAgent({ model, tools: [computer], trajectory_dir: trajectories }); // Can use both!
  for await (const result of agent.run('Open Firefox and search for Cua')) assert.ok(result);
  await computer.tracing.addMetadata('workflow', 'search');
  // Stop tracing after agent completes
  const tracePath = await computer.tracing.stop({ path: join(test.folder, 'agent-task.zip') });
  trace = await filesOf(tracePath);
});
after(() => test[Symbol.asyncDispose]());

/** All texts of the trajectory, and the names of its folders. */
async function trajectory(): Promise<{ text: string; turns: string[]; pictures: number }> {
  const [name = ''] = await readdir(trajectories);
  const files = await readdir(join(trajectories, name), { recursive: true });
  const texts = files.filter((file) => file.endsWith('.json'));
  const read = await Promise.all(texts.map((file) => readFile(join(trajectories, name, file), 'utf8')));
  const turns = files.filter((file) => /^turn_\d+$/.test(file)).sort();
  return { text: read.join('\n'), turns, pictures: files.filter((file) => file.endsWith('.png')).length };
}

pageRows('tracing beside trajectories', 7, {
  'works with': async () => {
    await test.tracing.start();
    await test.desktop.leftClick(500, 500);
    const path = await test.tracing.stop({ path: join(test.folder, 'script.zip') });
    assert.equal(events(await filesOf(path), 'api_call')[0]?.['method'], 'left_click');
    await runAgent();
    assert.equal((await readdir(trajectories)).length, 1, 'an agent that was not asked writes none');
  },
  records: async () => {
    const clicks = clicksIn(trace);
    assert.deepEqual(
      clicks.map(({ args }) => (args as { x: number }).x),
      [601, 602],
    );
    const { text } = await trajectory();
    assert.ok(text.includes(REASON));
    assert.match(text, /"type": "computer_call"/);
  },
  screenshots: async () => {
    const clicks = clicksIn(trace);
    for (const { screenshot } of clicks) assert.ok(trace.has(String(screenshot)), String(screenshot));
    const { turns, pictures } = await trajectory();
    assert.ok(pictures >= turns.length);
  },
  'accessibility data': async () => {
    assert.deepEqual(events(trace, 'accessibility_tree'), []);
    await test.tracing.start({ accessibility_tree: true });
    await runAgent();
    const path = await test.tracing.stop({ path: join(test.folder, 'trees.zip') });
    assert.equal(events(await filesOf(path), 'accessibility_tree').length, 2);
    assert.doesNotMatch((await trajectory()).text, /"states"/);
  },
  'custom metadata': async () => {
    assert.deepEqual(events(trace, 'metadata'), [{ key: 'workflow', value: 'search' }]);
    assert.doesNotMatch((await trajectory()).text, /workflow/);
  },
  'output format': async () => {
    assert.ok(trace.has('trace_metadata.json'));
    await test.tracing.start();
    const dir = await test.tracing.stop({ format: 'dir', path: join(test.folder, 'as-dir') });
    assert.ok((await stat(join(dir, 'trace_metadata.json'))).isFile());
    assert.deepEqual((await trajectory()).turns, ['turn_000', 'turn_001', 'turn_002']);
  },
  'real-time control': async () => {
    let path = '';
    const agent = new ComputerAgent({ model, tools: [test.computer] });
    for await (const { step } of agent.run('go')) {
      if (step === 1) await test.tracing.start();
      if (step === 2) path = await test.tracing.stop({ path: join(test.folder, 'middle.zip') });
    }
    const clicks = clicksIn(await filesOf(path));
    assert.deepEqual(
      clicks.map(({ args }) => (args as { x: number }).x),
      [602],
    );
  },
});
