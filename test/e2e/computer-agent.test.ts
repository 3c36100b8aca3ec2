// ComputerAgent on a real desktop: a scripted model works an editor through twelve steps, one of which fails; what it did
// is on the screen, in the desktop's trace and in a trajectory folder.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import {
  buildTraceIndex,
  ComputerAgent,
  exportTrace,
  readStepEvents,
  type AgentItem,
  type AgentModelFunction,
  type AgentModelItem,
  type AgentTurn,
} from '../../sdk/index.ts';
import { readText } from '../../trace/reader.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';
import { entriesOf } from '../support/exports.ts';
import { decodePicture } from '../support/picture.ts';
import { assertFitsSchema } from '../support/predicate-schema.ts';

const SHA = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const StepId = z.uuid();
const Usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
});
/** Predicate's rows, told apart by their type, with the fields that its readers need. */
const Row = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run_start'), data: z.object({ agent: z.string(), llm_model: z.string(), config: z.object({ goal: z.string() }) }) }),
  z.object({ type: z.literal('step_start'), step_id: StepId, data: z.object({ step_id: StepId, step_index: z.number(), goal: z.string(), attempt: z.number() }) }),
  z.object({ type: z.literal('llm_called'), step_id: StepId, data: z.object({ step_id: StepId, response_text: z.string(), response_hash: SHA, model: z.string(), system_prompt_hash: SHA, user_prompt_hash: SHA, usage: Usage, response_cost: z.number() }) }),
  z.object({ type: z.literal('action_executed'), step_id: StepId, data: z.object({ step_id: StepId, kind: z.string(), success: z.boolean(), error: z.string().optional() }) }),
  z.object({ type: z.literal('recovery'), step_id: StepId, data: z.object({ step_id: StepId, strategy: z.string(), attempt: z.number() }) }),
  z.object({ type: z.literal('step_end'), step_id: StepId, data: z.object({ step_id: StepId, step_index: z.number(), goal: z.string(), attempt: z.number(), pre: z.object({ snapshot_digest: SHA }), llm: z.object({ response_text: z.string(), response_hash: SHA }), exec: z.object({ success: z.boolean(), outcome: z.string(), duration_ms: z.number() }), post: z.object({ snapshot_digest: SHA }), verify: z.object({ passed: z.boolean() }) }) }),
  z.object({ type: z.literal('run_end'), data: z.object({ steps: z.number(), status: z.literal('success') }) }),
]); // prettier-ignore
type Row = z.output<typeof Row>;
const TYPES = new Set(Row.options.map(({ shape }) => shape.type.value as string));

let test: TestComputer;
before(async () => (test = await startComputer()));
after(() => test[Symbol.asyncDispose]());

/** The last thing that the model was told about a call of its own. */
const lastError = (messages: readonly AgentItem[]): string => {
  const output = messages.findLast((item) => item.type === 'computer_call_output');
  return output?.error ?? '';
};

/** Methods of commands that change the screen. */
const INPUT = /^(left_click|double_click|scroll|type_text|press_key|hotkey)$/;
const CENTRE = { x: 640, y: 400 };
const SCRIPT: readonly ((messages: readonly AgentItem[]) => AgentModelItem | AgentModelItem[])[] = [
  () => ({ type: 'screenshot' }),
  () => ({ type: 'function_call', name: 'launch', arguments: { app: 'mousepad' } }),
  () => ({
    type: 'function_call',
    name: 'wait_for',
    arguments: { element: { role: 'text', state: 'focused' } },
  }),
  () => [
    { type: 'reasoning', summary: 'the editor is there' },
    { type: 'type', text: 'first' },
  ],
  () => ({ type: 'click', button: 'left', x: 4000, y: 10 }),
  (messages) => {
    assert.match(lastError(messages), /out_of_screen/);
    return { type: 'click', button: 'left', ...CENTRE };
  },
  () => ({ type: 'keypress', keys: ['CTRL', 'A'] }),
  () => ({ type: 'type', text: 'second ñ' }),
  () => ({
    type: 'computer_call',
    actions: [
      { type: 'keypress', keys: ['ENTER'] },
      { type: 'type', text: 'third' },
    ],
  }),
  () => ({ type: 'double_click', ...CENTRE }),
  () => ({ type: 'scroll', ...CENTRE, scroll_x: 0, scroll_y: 120 }),
  () => 'The text is written.',
];

const scripted: AgentModelFunction = ({ messages, step, display }) => {
  assert.deepEqual(display, { width: 1280, height: 800 });
  const item = SCRIPT[step - 1]?.(messages) ?? 'over';
  return { output: item, usage: { prompt_tokens: 100, completion_tokens: 10, response_cost: 0.001 } };
};

describe('a scripted agent', () => {
  let turns: AgentTurn[] = [];
  let rows: { type: string; step_id?: string; data: Record<string, unknown> }[] = [];
  let trajectory = '';
  let saved = '';

  before(async () => {
    await test.tracing.start({ name: 'agent', accessibility_tree: true });
    trajectory = join(test.folder, 'trajectories');
    const agent = new ComputerAgent({
      model: scripted,
      tools: [test.computer],
      instructions: 'Be brief.',
      trajectory_dir: trajectory,
    });
    turns = await Array.fromAsync(agent.run('Write three lines'));
    const { value } = await waitForElement(test.desktop, { app: 'mousepad', role: 'text' });
    assert.equal(value, 'second ñ\nthird');
    saved = await test.tracing.stop({ format: 'dir', path: join(test.folder, 'saved') });
    rows = readText(await readFile(join(saved, 'events.jsonl'), 'utf8')).flatMap((entry) => {
      if (entry.kind === 'broken') throw new Error(entry.reason);
      return [entry.row as (typeof rows)[number]];
    });
  });

  const stepIds = (): (string | undefined)[] =>
    rows.filter(({ type }) => type === 'step_start').map(({ step_id }) => step_id);

  it('gives its turns, and says why the last one is', () => {
    assert.equal(turns.length, 12);
    assert.deepEqual(
      turns.map(({ step }) => step),
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    assert.deepEqual(
      turns.map(({ stop }) => stop),
      [...Array.from({ length: 11 }, () => undefined), 'done'],
    );
    assert.deepEqual(
      turns[3]?.output.map(({ type }) => type),
      ['reasoning', 'computer_call', 'computer_call_output'],
    );
    assert.deepEqual(turns[0]?.usage, {
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      response_cost: 0.001,
    });
  });

  it('is in the desktop’s trace: steps, model calls and actions, in one order with the commands', () => {
    const agents = rows.filter(({ type }) => TYPES.has(type)).map((row): Row => Row.parse(row));
    const count = (type: string): number => agents.filter((row) => row.type === type).length;
    assert.deepEqual(
      [...TYPES].map((type) => [type, count(type)]),
      [['run_start', 1], ['step_start', 12], ['llm_called', 12], ['action_executed', 12], ['recovery', 1], ['step_end', 12], ['run_end', 1]],
    ); // prettier-ignore
    const failed = agents.filter((row) => row.type === 'step_end' && !row.data.exec.success);
    assert.deepEqual(
      failed.map((row) => row.type === 'step_end' && row.data.step_index),
      [5],
    );
    assert.equal(agents.find((row) => row.type === 'recovery')?.data.strategy, 'ask_model_again');
    const fourth = stepIds()[3];
    const types = rows.filter(({ step_id }) => step_id === fourth).map(({ type }) => type);
    assert.deepEqual(types.filter((type) => !['frame', 'reply', 'tree'].includes(type)), [
      'step_start', 'llm_called', 'call', 'call', 'call', 'action_executed', 'call', 'step_end',
    ]); // prettier-ignore
    const typed = rows.filter(({ type, step_id }) => type === 'call' && step_id === fourth);
    assert.deepEqual(
      typed.map(({ data }) => data['method']),
      ['type_text', 'wait_for', 'screenshot', 'screenshot'],
    );
  });

  it('has a tree and frames for each of its inputs, between its own rows', () => {
    const inputs = rows.filter(({ type, data }) => type === 'call' && INPUT.test(String(data['method'])));
    assert.equal(inputs.length, 8);
    for (const { data, step_id: id } of inputs) {
      const own = rows.filter((row) => row.data['call_id'] === data['call_id']);
      const kinds = own.map((row) => (row.type === 'frame' ? `frame ${String(row.data['when'])}` : row.type));
      assert.deepEqual(
        kinds.toSorted(),
        ['call', 'frame after', 'frame before', 'reply', 'tree'],
        kinds.join(),
      );
      assert.ok(own.every((row) => row.data['evidence'] === undefined));
      assert.ok(own.every((row) => row.step_id === id));
    }
  });

  it('is exported in the form that the schema wants, with offsets that read back each step', async () => {
    const packed = join(test.folder, 'agent.zip');
    await exportTrace(saved, 'predicate', { path: packed });
    const entries = await entriesOf(await readFile(packed));
    const [, content] = [...entries].find(([name]) => /(?<!\.cleaned)\.jsonl$/.test(name)) ?? [];
    const file = join(test.folder, 'agent.jsonl');
    await writeFile(file, content ?? '');
    for (const line of String(content).trim().split('\n')) assertFitsSchema(JSON.parse(line));
    const { steps } = await buildTraceIndex(file);
    const own = steps.filter(({ step_id: id }) => !/^(step-0$|command-)/.test(id));
    assert.deepEqual(
      own.map(({ step_id: id }) => id),
      stepIds(),
    );
    for (const { step_id: id, offset_start: from, offset_end: to } of own) {
      const events = await readStepEvents(file, from, to, id);
      assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['step_start', 'step_end'], id);
      assert.ok(events.every((event) => event.step_id === id));
      assert.ok(
        events.some(({ type }) => type === 'llm_called'),
        id,
      );
    }
  });

  it('starts and ends each step on frames that the trace holds', () => {
    const frames = new Set(
      rows.flatMap(({ type, data }) => (type === 'frame' ? [`sha256:${String(data['frame'])}`] : [])),
    );
    for (const row of rows.filter(({ type }) => type === 'step_end')) {
      const { pre, post } = z
        .object({ pre: z.object({ snapshot_digest: SHA }), post: z.object({ snapshot_digest: SHA }) })
        .parse(row.data);
      assert.ok(frames.has(pre.snapshot_digest) && frames.has(post.snapshot_digest));
    }
  });

  it('keeps what was typed out of its own rows', () => {
    const own = rows.filter(({ type }) => TYPES.has(type));
    assert.doesNotMatch(JSON.stringify(own), /second/);
  });

  it('wrote a folder as Cua’s agents do', async () => {
    const [name = ''] = await readdir(trajectory);
    assert.match(name, /^\d{4}-\d\d-\d\d_scripted_\d{6}_[0-9a-f]{4}$/);
    const metadata = parseJson(await readFile(join(trajectory, name, 'metadata.json'), 'utf8'));
    const known = z.looseObject({
      trajectory_id: z.literal(name),
      status: z.literal('completed'),
      stop: z.literal('done'),
      total_turns: z.literal(12),
      total_usage: Usage,
    });
    assert.equal(known.parse(metadata).total_usage.total_tokens, 12 * 110);
    const folders = (await readdir(join(trajectory, name))).filter((each) => each.startsWith('turn_'));
    assert.deepEqual(
      folders,
      Array.from({ length: 12 }, (_, index) => `turn_${String(index).padStart(3, '0')}`),
    );
    const files = (await readdir(join(trajectory, name, 'turn_000'))).sort();
    assert.deepEqual(files, [
      '0000_screenshot.png',
      '0001_api_start.json',
      '0002_api_result.json',
      '0003_screenshot.png',
      '0004_agent_response.json',
    ]);
    const picture = await decodePicture(
      await readFile(join(trajectory, name, 'turn_000', '0000_screenshot.png')),
    );
    assert.deepEqual([picture.width, picture.height], [1280, 800]);
    const response = await readFile(join(trajectory, name, 'turn_005', '0003_agent_response.json'), 'utf8');
    assert.match(response, /"type": "computer_call"[^]*"type": "click"/);
    assert.doesNotMatch(response, /base64,/);
  });
});

describe('an agent that runs twice', () => {
  it('leaves two runs in the trace, whose steps are told apart', async () => {
    await test.tracing.start({ name: 'twice' });
    const agent = new ComputerAgent({ model: () => 'Nothing to do.', tools: [test.computer] });
    for (const goal of ['one', 'two']) await Array.fromAsync(agent.run(goal));
    const dir = await test.tracing.stop({ format: 'dir', path: join(test.folder, 'twice') });
    const text = await readFile(join(dir, 'events.jsonl'), 'utf8');
    const starts = text.split('\n').filter((line) => line.includes('"type":"step_start"'));
    const ids = starts.map((line) => (JSON.parse(line) as { step_id: string }).step_id);
    assert.equal(new Set(ids).size, 2);
  });
});

describe('an agent stops', () => {
  const agentOf = (model: AgentModelFunction, options: object = {}): ComputerAgent =>
    new ComputerAgent({ model, tools: [test.computer], ...options });
  const moving: AgentModelFunction = ({ step }) => ({
    output: { type: 'move', x: 10 + step, y: 10 },
    usage: { prompt_tokens: 1, response_cost: 0.4 },
  });

  it('after so many steps, and at its budget', async () => {
    const steps = await Array.fromAsync(agentOf(moving, { max_steps: 2 }).run('go'));
    assert.deepEqual(
      steps.map(({ stop }) => stop),
      [undefined, 'max_steps'],
    );
    const budget = await Array.fromAsync(agentOf(moving, { maxTrajectoryBudget: 1 }).run('go'));
    assert.deepEqual(
      budget.map(({ stop }) => stop),
      [undefined, undefined, 'budget'],
    );
  });

  it('where it does the same again and again', async () => {
    const turns = await Array.fromAsync(
      agentOf(() => ({ type: 'keypress', keys: ['F12'] }), { maxRepeats: 3 }).run('go'),
    );
    assert.deepEqual(
      turns.map(({ stop }) => stop),
      [undefined, undefined, 'repeats'],
    );
  });

  it('when it is cancelled, in the middle of the model’s answer too', async () => {
    const cancel = new AbortController();
    const slow: AgentModelFunction = ({ step, signal }) => {
      if (step === 1) return { type: 'move', x: 5, y: 5 };
      cancel.abort();
      return new Promise((_resolve, reject) => {
        if (signal.aborted) reject(new Error('aborted'));
      });
    };
    const turns = await Array.fromAsync(agentOf(slow).run('go', { signal: cancel.signal }));
    assert.deepEqual(
      turns.map(({ stop }) => stop),
      [undefined, 'cancelled'],
    );
  });

  it('where the model fails, with the model’s own error', async () => {
    const broken = agentOf(() => {
      throw new Error('no answer');
    });
    await assert.rejects(Array.fromAsync(broken.run('go')), /no answer/);
    await assert.rejects(Array.fromAsync(agentOf(() => ({ type: 'fly' })).run('go')), {
      code: 'bad_request',
      message: /fly is no item/,
    });
  });
});
