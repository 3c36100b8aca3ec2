// ComputerAgent on a real desktop: a scripted model works an editor through twelve steps, one of which fails; what it did
// is on the screen, in the desktop's trace and in a trajectory folder.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import {
  ComputerAgent,
  type AgentItem,
  type AgentModelFunction,
  type AgentModelItem,
  type AgentTurn,
} from '../../sdk/index.ts';
import { readText } from '../../trace/reader.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';
import { startModelService } from '../support/model-service.ts';
import { decodePicture } from '../support/picture.ts';

const SHA = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const StepId = z.string().regex(/^step-\d+$/);
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

async function everyTurn(turns: AsyncIterable<AgentTurn>): Promise<AgentTurn[]> {
  const all: AgentTurn[] = [];
  for await (const turn of turns) all.push(turn);
  return all;
}

/** The last thing that the model was told about a call of its own. */
const lastError = (messages: readonly AgentItem[]): string => {
  const output = messages.findLast((item) => item.type === 'computer_call_output');
  return output?.error ?? '';
};

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

  before(async () => {
    await test.tracing.start({ name: 'agent' });
    trajectory = join(test.folder, 'trajectories');
    const agent = new ComputerAgent({
      model: scripted,
      tools: [test.computer],
      instructions: 'Be brief.',
      trajectory_dir: trajectory,
    });
    turns = await everyTurn(agent.run('Write three lines'));
    const { value } = await waitForElement(test.desktop, { app: 'mousepad', role: 'text' });
    assert.equal(value, 'second ñ\nthird');
    const dir = await test.tracing.stop({ format: 'dir', path: join(test.folder, 'saved') });
    rows = readText(await readFile(join(dir, 'events.jsonl'), 'utf8')).flatMap((entry) => {
      if (entry.kind === 'broken') throw new Error(entry.reason);
      return [entry.row as (typeof rows)[number]];
    });
  });

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
      failed.map((row) => row.type === 'step_end' && row.step_id),
      ['step-5'],
    );
    assert.equal(agents.find((row) => row.type === 'recovery')?.data.strategy, 'ask_model_again');
    const types = rows.filter(({ step_id }) => step_id === 'step-4').map(({ type }) => type);
    assert.deepEqual(types.filter((type) => type !== 'frame' && type !== 'reply'), [
      'step_start', 'llm_called', 'call', 'call', 'call', 'action_executed', 'call', 'step_end',
    ]); // prettier-ignore
    const typed = rows.filter(({ type, step_id }) => type === 'call' && step_id === 'step-4');
    assert.deepEqual(
      typed.map(({ data }) => data['method']),
      ['type_text', 'wait_for', 'screenshot', 'screenshot'],
    );
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

describe('an agent stops', () => {
  const agentOf = (model: AgentModelFunction, options: object = {}): ComputerAgent =>
    new ComputerAgent({ model, tools: [test.computer], ...options });
  const moving: AgentModelFunction = ({ step }) => ({
    output: { type: 'move', x: 10 + step, y: 10 },
    usage: { prompt_tokens: 1, response_cost: 0.4 },
  });

  it('after so many steps, and at its budget', async () => {
    const steps = await everyTurn(agentOf(moving, { max_steps: 2 }).run('go'));
    assert.deepEqual(
      steps.map(({ stop }) => stop),
      [undefined, 'max_steps'],
    );
    const budget = await everyTurn(agentOf(moving, { maxTrajectoryBudget: 1 }).run('go'));
    assert.deepEqual(
      budget.map(({ stop }) => stop),
      [undefined, undefined, 'budget'],
    );
  });

  it('where it does the same again and again', async () => {
    const turns = await everyTurn(
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
    const turns = await everyTurn(agentOf(slow).run('go', { signal: cancel.signal }));
    assert.deepEqual(
      turns.map(({ stop }) => stop),
      [undefined, 'cancelled'],
    );
  });

  it('where the model fails, with the model’s own error', async () => {
    const broken = agentOf(() => {
      throw new Error('no answer');
    });
    await assert.rejects(everyTurn(broken.run('go')), /no answer/);
    await assert.rejects(everyTurn(agentOf(() => ({ type: 'fly' })).run('go')), {
      code: 'bad_request',
      message: /fly is no item/,
    });
  });
});

/** The official packages read their addresses and keys from the environment. */
async function withEnvironment(variables: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name): [string, string | undefined] => [
    name,
    process.env[name],
  ]);
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

describe('a model by its name', () => {
  it('anthropic/… is asked through the official package, and is shown what its tool did', async () => {
    const message = (content: object[]): object => ({
      id: 'm1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content, stop_reason: 'tool_use',
      usage: { input_tokens: 1000, output_tokens: 100 },
    }); // prettier-ignore
    await using service = await startModelService([
      message([
        { type: 'text', text: 'I move.' },
        {
          type: 'tool_use',
          id: 't1',
          name: 'computer',
          input: { action: 'mouse_move', coordinate: [77, 88] },
        },
        {
          type: 'tool_use',
          id: 't2',
          name: 'computer',
          input: { action: 'left_click', coordinate: [9000, 1] },
        },
      ]),
      message([{ type: 'text', text: 'Done.' }]),
    ]);
    await withEnvironment({ ANTHROPIC_BASE_URL: service.url, ANTHROPIC_API_KEY: 'k' }, async () => {
      const prices = { input: 3, output: 15 };
      const options = { model: 'anthropic/claude-sonnet-4-5', tools: [test.computer], prices };
      const turns = await everyTurn(new ComputerAgent(options).run('Move the pointer'));
      assert.deepEqual(
        turns.map(({ stop }) => stop),
        [undefined, 'done'],
      );
      assert.deepEqual(turns[0]?.usage.response_cost, 0.0045);
      const call = turns[0].output.find(({ type }) => type === 'computer_call');
      assert.deepEqual(call?.type === 'computer_call' && call.action, { type: 'move', x: 77, y: 88 });
    });
    assert.deepEqual(await test.desktop.getCursorPosition(), { x: 77, y: 88 });
    const [first, second] = service.asked;
    assert.equal(first?.headers['anthropic-beta'], 'computer-use-2025-01-24');
    assert.deepEqual(first.body['tools'], [
      { type: 'computer_20250124', name: 'computer', display_width_px: 1280, display_height_px: 800 },
    ]);
    const told = JSON.stringify(second?.body['messages']);
    assert.match(told, /"tool_use_id":"t1","content":\[\{"type":"image"/);
    assert.match(
      told,
      /"tool_use_id":"t2","content":\[\{"type":"text","text":"out_of_screen[^]*"is_error":true/,
    );
  });

  it('openai/… is asked through the official package, and is shown the screen after its batch', async () => {
    const response = (id: string, output: object[]): object => ({
      id, object: 'response', created_at: 1, status: 'completed', model: 'gpt-5.4', output,
      usage: { input_tokens: 50, output_tokens: 5, total_tokens: 55 },
    }); // prettier-ignore
    const actions = [{ type: 'move', x: 30, y: 40 }, { type: 'keypress', keys: ['ESC'] }]; // prettier-ignore
    const call = {
      type: 'computer_call',
      id: 'i1',
      call_id: 'c1',
      status: 'completed',
      pending_safety_checks: [],
      actions,
    };
    const said = { type: 'message', id: 'i2', role: 'assistant', status: 'completed' };
    await using service = await startModelService([
      response('r1', [call]),
      response('r2', [{ ...said, content: [{ type: 'output_text', text: 'Done.', annotations: [] }] }]),
    ]);
    await withEnvironment({ OPENAI_BASE_URL: service.url, OPENAI_API_KEY: 'k' }, async () => {
      const agent = new ComputerAgent({
        model: 'openai/gpt-5.4',
        tools: [test.computer],
        instructions: 'Be brief.',
      });
      const turns = await everyTurn(agent.run('Move the pointer'));
      assert.deepEqual(
        turns.map(({ stop }) => stop),
        [undefined, 'done'],
      );
      assert.deepEqual(turns[1]?.output, [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
      ]);
    });
    assert.deepEqual(await test.desktop.getCursorPosition(), { x: 30, y: 40 });
    const [first, second] = service.asked;
    assert.deepEqual(
      [first?.path, first?.body['tools'], first?.body['instructions']],
      ['/responses', [{ type: 'computer' }], 'Be brief.'],
    );
    assert.equal(second?.body['previous_response_id'], 'r1');
    assert.match(
      JSON.stringify(second.body['input']),
      /"call_id":"c1","output":\{"type":"computer_screenshot","image_url":"data:image\/png/,
    );
  });

  it('is refused where an option is wrong', () => {
    const wrong: [object, RegExp][] = [
      [{ model: 'gpt-5' }, /anthropic\/<model>/],
      [{ model: 'openai/x', maxTrajectoryBudget: 1 }, /prices/],
      [{ model: 'openai/x', tools: [] }, /tools: one Computer/],
      [{ model: 'openai/x', max_step: 1 }, /no option maxStep/],
    ];
    for (const [options, message] of wrong) {
      const given = { tools: [test.computer], ...options } as unknown as ConstructorParameters<
        typeof ComputerAgent
      >[0];
      assert.throws(() => new ComputerAgent(given), { code: 'bad_request', message });
    }
  });
});
