// Each format as its readers take it: their rules written anew, checked on the recorded desktop.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import {
  DESKTOP_TRACE,
  exported,
  exportedFiles as files,
  jsonLinesOf as lines,
} from '../../support/exports.ts';

const execute = promisify(execFile);
const SEED_READER = join(import.meta.dirname, '../../fixtures/readers/seed-reader.py');
const TASK = 'Write a greeting and select its last word';

const json = async (format: string): Promise<unknown> =>
  JSON.parse((await exported(DESKTOP_TRACE, format)).toString());
/** Red, green and blue of one pixel. */
async function pixel(png: Buffer, x: number, y: number): Promise<number[]> {
  return [
    ...(await sharp(png).extract({ left: x, top: y, width: 1, height: 1 }).removeAlpha().raw().toBuffer()),
  ];
}

describe('cua', () => {
  it("is read by the page's Python", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskreel-cua-'));
    try {
      await writeFile(join(folder, 'export.zip'), await exported(DESKTOP_TRACE, 'cua'));
      await execute('python3', ['-m', 'zipfile', '-e', join(folder, 'export.zip'), folder]);
      const { names } = await files('cua');
      await execute('mv', [
        join(folder, names[0]?.split('/')[0] ?? ''),
        join(folder, 'trace_20250103_143052_abc123'),
      ]);
      const { stdout } = await execute('python3', [SEED_READER], { cwd: folder });
      assert.match(stdout, /Events: 43\nScreenshots: 10\n/);
      assert.match(stdout, /Error in event_\d{6}_api_call\.json: .*outside the 640x480 screen/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('cua-viewer', () => {
  const Turn = z.strictObject({
    model: z.string(),
    response: z.strictObject({
      id: z.string(),
      object: z.literal('response'),
      created_at: z.number().int(),
      status: z.enum(['completed', 'failed']),
      model: z.string(),
      output: z
        .array(
          z.strictObject({
            type: z.literal('computer_call'),
            id: z.string(),
            call_id: z.string(),
            action: z.looseObject({ type: z.string() }),
            pending_safety_checks: z.array(z.never()),
            status: z.string(),
          }),
        )
        .min(1),
    }),
  });

  it('has a picture and a response in each turn, numbered from 001', async () => {
    const { names, text, png } = await files('cua-viewer');
    const turns = [...new Set(names.map((name) => name.split('/')[0] ?? ''))];
    assert.deepEqual(
      turns,
      Array.from({ length: 15 }, (_, index) => `turn_${String(index + 1).padStart(3, '0')}`),
    );
    const parsed = turns.map((turn) => Turn.parse(JSON.parse(text(`${turn}/${turn}_agent_response.json`))));
    assert.deepEqual(parsed[0]?.response.output[0]?.action, {
      type: 'click',
      button: 'left',
      x: 320,
      y: 240,
    });
    assert.deepEqual(parsed[5]?.response.output[0]?.action, { type: 'keypress', keys: ['CTRL', 'Z'] });
    for (const turn of turns)
      assert.equal((await sharp(png(`${turn}/screenshot.png`)).metadata()).width, 640);
  });
});

describe('osworld', () => {
  const Line = z.strictObject({
    step_num: z.number().int(),
    action_timestamp: z.string().regex(/^\d{8}@\d{12}$/),
    action: z.string(),
    response: z.null(),
    reward: z.number(),
    done: z.boolean(),
    info: z.looseObject({ success: z.boolean() }),
    screenshot_file: z.string(),
  });

  it('has one line an action, each with the picture after it; the last alone is done', async () => {
    const { text, png } = await files('osworld');
    const steps = lines(text('traj.jsonl')).map((line) => Line.parse(line));
    assert.deepEqual(
      steps.map(({ step_num }) => step_num),
      steps.map((_, index) => index + 1),
    );
    assert.deepEqual(
      steps.map(({ done }) => done),
      steps.map((_, index) => index === steps.length - 1),
    );
    assert.equal(text('result.txt'), '1.0\n');
    const drag = steps.find(({ action }) => action.includes('mouseDown'));
    assert.ok(drag);
    const [red = 255, , blue = 0] = await pixel(png(drag.screenshot_file), 60, 105);
    assert.ok(blue - red > 60, 'the picture of the drag shows the selection that it led to');
  });
});

describe('agentnet', () => {
  const Row = z.strictObject({
    task_id: z.string(),
    instruction: z.literal(TASK),
    task_completed: z.literal(true),
    traj: z.array(
      z.strictObject({
        index: z.number().int(),
        image: z.string(),
        value: z.strictObject({ thought: z.string().optional(), code: z.string().min(1) }),
      }),
    ),
  });

  it('names coordinates from 0 to 1, shows the picture before, and terminates', async () => {
    const { names, text, png } = await files('agentnet');
    const [row] = lines(text(names[0] ?? '')).map((line) => Row.parse(line));
    assert.ok(row);
    for (const { image, value } of row.traj) {
      assert.ok(names.includes(`images/${image}`), image);
      for (const [, axis, number] of value.code.matchAll(/\b([xy])=([\d.]+)/g)) {
        assert.match(number ?? '', /^[01]\.\d{4}$/, `${axis} in ${value.code}`);
        assert.ok(Number(number) <= 1);
      }
    }
    const drag = row.traj.find(({ value }) => value.code.includes('mouseDown'));
    const [red = 0, , blue = 255] = await pixel(png(`images/${drag?.image}`), 60, 105);
    assert.ok(Math.abs(red - blue) < 60, 'nothing is selected in the picture that the drag starts from');
    assert.equal(row.traj.at(-1)?.value.code, "computer.terminate(status='success')");
    assert.equal(row.traj[0]?.value.thought, 'I click into the text and write.');
  });
});

describe('atif', () => {
  const Part = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({
      type: z.literal('image'),
      source: z.strictObject({ media_type: z.enum(['image/png', 'image/jpeg']), path: z.string() }),
    }),
  ]);
  const Content = z.union([z.string(), z.array(Part)]);
  const Step = z.strictObject({
    step_id: z.number().int(),
    timestamp: z.iso.datetime(),
    source: z.enum(['user', 'agent', 'system']),
    message: Content,
    tool_calls: z
      .array(
        z.strictObject({
          tool_call_id: z.string(),
          function_name: z.string(),
          arguments: z.record(z.string(), z.unknown()),
        }),
      )
      .optional(),
    observation: z
      .strictObject({ results: z.array(z.strictObject({ source_call_id: z.string(), content: Content })) })
      .optional(),
  });
  const Trajectory = z.strictObject({
    schema_version: z.literal('ATIF-v1.7'),
    session_id: z.string(),
    trajectory_id: z.string(),
    agent: z.strictObject({ name: z.string().min(1), version: z.string(), model_name: z.string() }),
    steps: z.array(Step).min(1),
    extra: z.record(z.string(), z.unknown()),
  });

  function checkStep(step: z.output<typeof Step>, names: readonly string[]): void {
    if (step.source !== 'agent') assert.ok(!step.tool_calls && !step.observation, 'agents alone call tools');
    const calls = new Set(step.tool_calls?.map(({ tool_call_id }) => tool_call_id));
    const results = step.observation?.results ?? [];
    for (const { source_call_id } of results) assert.ok(calls.has(source_call_id), 'of a call of its step');
    const parts = results.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    for (const part of parts) if (part.type === 'image') assert.ok(names.includes(part.source.path));
  }

  it('keeps the rules of its validator', async () => {
    const { names, text } = await files('atif');
    const { steps } = Trajectory.parse(JSON.parse(text('trajectory.json')));
    assert.deepEqual(
      steps.map(({ step_id }) => step_id),
      steps.map((_, index) => index + 1),
    );
    for (const step of steps) checkStep(step, names);
    assert.deepEqual([steps[0]?.source, steps[0]?.message], ['user', TASK]);
  });
});

describe('sharegpt', () => {
  const Data = z.tuple([
    z.strictObject({
      id: z.string(),
      conversations: z.array(z.strictObject({ from: z.enum(['human', 'gpt']), value: z.string().min(1) })),
      images: z.array(z.string()),
    }),
  ]);

  it('takes turns, and has a picture for every <image>', async () => {
    const { names, text } = await files('sharegpt');
    const [{ conversations, images }] = Data.parse(JSON.parse(text('data.json')));
    assert.deepEqual(
      conversations.map(({ from }) => from),
      conversations.map((_, index) => (index % 2 ? 'gpt' : 'human')),
    );
    const marks = conversations.flatMap(({ value }) => value.match(/<image>/g) ?? []);
    assert.equal(marks.length, images.length);
    for (const image of images) assert.ok(names.includes(image), image);
    assert.equal(conversations[0]?.value, `<image>\n${TASK}`);
  });
});

describe('imagefolder', () => {
  it('has a file for every row inside the split, and every column in every row', async () => {
    const { names, text } = await files('imagefolder');
    const rows = lines(text('train/metadata.jsonl')) as { file_name: string; code: string }[];
    const [first] = rows;
    assert.ok(first);
    for (const row of rows) {
      assert.deepEqual(Object.keys(row), Object.keys(first));
      assert.ok(names.includes(`train/${row.file_name}`), row.file_name);
    }
    assert.equal(names.length, rows.length + 1, 'no picture without a row, and each row has its own');
  });
});

describe('anthropic', () => {
  const Input = z.looseObject({ action: z.string().optional() });
  const Block = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string().min(1) }),
    z.strictObject({
      type: z.literal('tool_use'),
      id: z.string().regex(/^[\w-]+$/),
      name: z.string(),
      input: Input,
    }),
    z.strictObject({
      type: z.literal('tool_result'),
      tool_use_id: z.string(),
      is_error: z.boolean().optional(),
      content: z.array(z.looseObject({ type: z.enum(['text', 'image']) })).min(1),
    }),
  ]);
  const Messages = z.strictObject({
    model: z.string(),
    tools: z.array(z.looseObject({ type: z.string(), name: z.string() })),
    messages: z.array(
      z.strictObject({ role: z.enum(['user', 'assistant']), content: z.union([z.string(), z.array(Block)]) }),
    ),
  });

  it('takes turns, and answers every call in the message after it', async () => {
    const { messages } = Messages.parse(await json('anthropic'));
    assert.deepEqual(
      messages.map(({ role }) => role),
      messages.map((_, index) => (index % 2 ? 'assistant' : 'user')),
    );
    const blocks = messages.map(({ content }) => (typeof content === 'string' ? [] : content));
    for (const [index, message] of blocks.entries()) {
      const called = message.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
      const answered = (blocks[index + 1] ?? []).flatMap((block) =>
        block.type === 'tool_result' ? [block.tool_use_id] : [],
      );
      if (messages[index]?.role === 'assistant') assert.deepEqual(answered, called);
    }
    const inputs = blocks.flat().flatMap((block) => (block.type === 'tool_use' ? [block.input] : []));
    assert.deepEqual(
      inputs.find(({ action }) => action === 'left_click'),
      { action: 'left_click', coordinate: [320, 240] },
    );
    assert.ok(inputs.some(({ action, text }) => action === 'key' && text === 'ctrl+shift+End'));
    assert.ok(
      inputs.some(({ action, text }) => action === 'type' && text === '***'),
      'a masked text',
    );
  });
});

describe('openai', () => {
  const Item = z.looseObject({ type: z.string(), call_id: z.string().optional() });

  it('answers every call right behind it, a computer call by a picture', async () => {
    const { input } = z.looseObject({ input: z.array(Item) }).parse(await json('openai'));
    for (const [index, item] of input.entries()) {
      const next = input[index + 1];
      if (item.type === 'computer_call') {
        assert.deepEqual([next?.type, next?.call_id], ['computer_call_output', item.call_id]);
        assert.match(
          JSON.stringify(next?.['output']),
          /"computer_screenshot","image_url":"data:image\/png;base64,/,
        );
      }
      if (item.type === 'function_call')
        assert.deepEqual([next?.type, next?.call_id], ['function_call_output', item.call_id]);
    }
    assert.equal(
      new Set(input.map(({ id }) => id).filter(Boolean)).size,
      input.filter(({ id }) => id).length,
    );
    assert.ok(input.some((item) => JSON.stringify(item).includes('"scroll_y":240')));
  });
});

describe('otel', () => {
  const Value = z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ boolValue: z.boolean() }),
  ]);
  const Attributes = z.array(z.strictObject({ key: z.string(), value: Value }));
  const Span = z.strictObject({
    traceId: z.string().regex(/^[0-9a-f]{32}$/),
    spanId: z.string().regex(/^[0-9a-f]{16}$/),
    parentSpanId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
    name: z.string(),
    kind: z.literal(1),
    startTimeUnixNano: z.string().regex(/^\d{19}$/),
    endTimeUnixNano: z.string().regex(/^\d{19}$/),
    attributes: Attributes,
    status: z.strictObject({ code: z.number().int().min(0).max(2), message: z.string().optional() }),
  });
  const Traces = z.strictObject({
    resourceSpans: z.tuple([
      z.strictObject({
        resource: z.strictObject({ attributes: Attributes }),
        scopeSpans: z.tuple([
          z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(Span) }),
        ]),
      }),
    ]),
  });

  it('is OTLP: one root, every other span its child and within it', async () => {
    const [
      {
        scopeSpans: [{ spans }],
      },
    ] = Traces.parse(await json('otel')).resourceSpans;
    const [root, ...children] = spans;
    assert.ok(root && root.parentSpanId === undefined);
    for (const span of children) {
      assert.equal(span.traceId, root.traceId);
      assert.equal(span.parentSpanId, root.spanId);
      assert.ok(
        span.startTimeUnixNano >= root.startTimeUnixNano && span.endTimeUnixNano <= root.endTimeUnixNano,
      );
      assert.ok(span.startTimeUnixNano <= span.endTimeUnixNano);
    }
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
    assert.ok(!JSON.stringify(spans).includes('Good morning'), 'what was typed stays out');
  });
});
