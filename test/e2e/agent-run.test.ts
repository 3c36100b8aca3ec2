// An agent with a scripted model on a real desktop: what it saw, thought and did stands in the desktop's own trace, in order.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  buildTraceIndex,
  DesktopTraceSink,
  exportTrace,
  PredicateAgent,
  readStepEvents,
  Tracer,
  type ModelFunction,
} from '../../sdk/index.ts';
import { assertFitsSchema } from '../support/predicate-schema.ts';
import { parsePredicateEvent } from '../../trace/predicate/schema.ts';
import { readText } from '../../trace/reader.ts';
import { entriesOf } from '../support/exports.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';

/** What a model would find in its prompt: the id of the line that holds this. */
function idOf(prompt: string, pattern: RegExp): string {
  const line = prompt.split('\n').find((one) => pattern.test(one));
  assert.ok(line, `${String(pattern)} is in the prompt:\n${prompt}`);
  return /^\[(\d+)\]/.exec(line)?.[1] ?? '';
}

type Script = (prompt: string) => string;
const menu =
  (title: string): Script =>
  (prompt) =>
    `CLICK(${idOf(prompt, new RegExp(`<menuitem> "${title}`))})`;
const press =
  (key: string): Script =>
  () =>
    `PRESS("${key}")`;
const EDITOR = /<textbox> .*CLICKABLE/;

const STEPS: readonly (readonly [string, Script])[] = [
  ['Write a greeting', (prompt) => `TYPE(${idOf(prompt, EDITOR)}, "Hello ñ 漢字\\n")`],
  ['Open the File menu', menu('File')],
  ['Close it', press('Escape')],
  ['Open the Edit menu', menu('Edit')],
  ['Close it', press('Escape')],
  ['Open the View menu', menu('View')],
  ['Close it', press('Escape')],
  ['Open the Help menu', menu('Help')],
  ['Close it', press('Escape')],
  ['Write more', (prompt) => `TYPE(${idOf(prompt, EDITOR)}, "and goodbye")`],
  ['Save', press('ctrl+s')],
  ['End', () => 'FINISH()'],
];

interface Row {
  type: string;
  step_id?: string;
  data: Record<string, unknown>;
}

describe('an agent on a desktop', () => {
  let computer: TestComputer;
  let rows: Row[] = [];
  let saved = '';
  const asked: string[] = [];

  before(async () => {
    computer = await startComputer();
    await computer.desktop.launch('mousepad');
    await waitForElement(computer.desktop, { app: 'mousepad', role: 'text' });
    await computer.tracing.start({ name: 'agent' });
    const tracer = new Tracer({ runId: 'twelve-steps', sink: new DesktopTraceSink(computer.tracing) });
    tracer.emitRunStart('PredicateAgent', 'scripted', { goal: 'greet' });
    let failed = false;
    const model: ModelFunction = ({ prompt }) => {
      asked.push(prompt);
      const step = STEPS.find(([goal], index) => prompt.startsWith(`Goal: ${index + 1}. ${goal}\n`));
      assert.ok(step);
      // The fourth step goes wrong once.
      if (step[0] === 'Open the Edit menu' && !failed) {
        failed = true;
        return 'CLICK(999999)';
      }
      return { text: step[1](prompt), usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } };
    };
    const agent = new PredicateAgent(computer.computer, model, { tracer });
    for (const [index, [goal]] of STEPS.entries()) {
      const result = await agent.act(`${index + 1}. ${goal}`);
      assert.equal(result.success, true, `${goal}: ${result.error ?? ''}`);
    }
    tracer.emitRunEnd(STEPS.length, 'success');
    await tracer.close();
    saved = await computer.tracing.stop({ format: 'dir', path: computer.folder });
    const entries = readText(await readFile(join(saved, 'events.jsonl'), 'utf8'));
    rows = entries.flatMap((entry) => (entry.kind === 'broken' ? [] : [entry.row as Row]));
  });
  after(() => computer[Symbol.asyncDispose]());

  const ofType = (type: string): Row[] => rows.filter((row) => row.type === type);

  it('leaves one trace with its steps, model calls, actions and ends', () => {
    assert.equal(ofType('run_start').length, 1);
    assert.equal(ofType('step_end').length, 12);
    assert.equal(ofType('llm_called').length, 13);
    assert.equal(ofType('step_start').length, 13);
    assert.equal(ofType('error').length, 1);
    assert.equal(ofType('run_end')[0]?.data['status'], 'success');
    const [recovery] = ofType('recovery');
    assert.equal(recovery?.data['strategy'], 'retry');
    assert.equal(recovery.data['attempt'], 1);
    const recovered = ofType('step_end').filter(({ data }) => data['recovery'] !== null);
    assert.equal(recovered.length, 1);
    assert.equal(recovered[0]?.step_id, recovery.step_id);
  });

  it('keeps hashes of prompts, and usage, but no prompt', () => {
    for (const { data } of ofType('llm_called')) {
      assert.match(String(data['user_prompt_hash']), /^sha256:[0-9a-f]{64}$/);
      assert.match(String(data['system_prompt_hash']), /^sha256:[0-9a-f]{64}$/);
    }
    const used = ofType('llm_called').filter(({ data }) => data['usage'] !== undefined);
    assert.equal(used.length, 12);
    assert.ok(!JSON.stringify(rows).includes('You work a computer'));
    assert.ok(asked.every((prompt) => prompt.includes('Place: desktop://')));
  });

  it('puts each step around its commands, which name it', () => {
    const ends = ofType('step_end');
    for (const { step_id: id, data } of ends) {
      const own = rows.filter((row) => row.step_id === id && row.type !== 'reply');
      const types = own.map(({ type }) => type);
      assert.equal(types[0], 'step_start');
      const at = (type: string): number => types.indexOf(type);
      assert.ok(at('call') < at('snapshot') && at('snapshot') < at('llm_called'), types.join(' '));
      assert.ok(at('llm_called') < at('action'), types.join(' '));
      const input = own.findIndex(
        (row) => row.type === 'call' && /click|type|key/.test(String(row.data['method'])),
      );
      if (data['goal'] !== '12. End') {
        assert.ok(at('llm_called') < input, `${String(data['goal'])}: ${types.join(' ')}`);
        assert.ok(input < types.lastIndexOf('action'), `${String(data['goal'])}: ${types.join(' ')}`);
      }
    }
  });

  it('shows snapshots of the desktop with their fingerprints, and the frames that they show', () => {
    const frames = new Set(ofType('frame').map(({ data }) => data['frame']));
    for (const { data } of ofType('snapshot')) {
      assert.match(String(data['snapshot_digest']), /^sha256:/);
      assert.ok(frames.has(data['frame']), 'the frame is in the trace');
      assert.ok(!('screenshot_base64' in data));
      assert.match(String(data['url']), /^desktop:\/\//);
    }
    const first = ofType('snapshot')[0]?.data['elements'] as { role: string; text: string; id: number }[];
    assert.ok(first.some(({ role, text }) => role === 'menuitem' && text === 'File'));
    assert.ok(first.every(({ id }) => Number.isInteger(id)));
  });

  it('is exported in the form that the schema wants, with offsets that read back each step', async () => {
    const packed = join(computer.folder, 'agent.zip');
    await exportTrace(saved, 'predicate', { path: packed });
    const entries = await entriesOf(await readFile(packed));
    const [, content] = [...entries].find(([name]) => /(?<!\.cleaned)\.jsonl$/.test(name)) ?? [];
    const file = join(computer.folder, 'agent.jsonl');
    await writeFile(file, content ?? '');
    const lines = String(content).trim().split('\n');
    const events = lines.map((line) => parsePredicateEvent(JSON.parse(line)));
    for (const event of events) assertFitsSchema(event);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_event, index) => index + 1),
    );
    const index = await buildTraceIndex(file);
    const steps = index.steps.filter(({ step_id }) => step_id !== 'step-0');
    assert.equal(steps.length, 12);
    for (const { step_id, offset_start, offset_end, goal } of steps) {
      const own = await readStepEvents(file, offset_start, offset_end, step_id);
      assert.equal(own[0]?.data['goal'], goal);
      assert.equal(own.at(-1)?.type, 'step_end');
      assert.ok(own.every((event) => event.step_id === step_id));
    }
  });

  it('tells each step with what was before, done and after', () => {
    const [first] = ofType('step_end');
    const { pre, post, exec, verify, llm } = first?.data as Record<string, Record<string, unknown>>;
    assert.notEqual(pre?.['snapshot_digest'], post?.['snapshot_digest']);
    assert.equal(exec?.['success'], true);
    assert.equal(exec['action'], 'type');
    assert.equal(verify?.['passed'], true);
    assert.match(String(llm?.['response_text']), /^TYPE\(/);
  });
});

describe('a snapshot of a browser', () => {
  it('names the address of its document, and its elements keep their ids', async () => {
    await using computer = await startComputer();
    const page =
      '<title>Form</title><h1>Sign in</h1><button>Send</button><input type=password value=hunter2>';
    await computer.desktop.writeText('/tmp/form.html', page);
    await computer.desktop.launch('chromium', ['file:///tmp/form.html']);
    await waitForElement(computer.desktop, { role: 'button', title: 'Send' });
    const first = await computer.computer.snapshot();
    assert.equal(first.url, 'file:///tmp/form.html');
    const send = first.elements.find(({ text }) => text === 'Send');
    assert.ok(send && send.visual_cues.is_clickable === true);
    assert.ok(!JSON.stringify(first).includes('hunter2'));
    const second = await computer.computer.snapshot({ screenshot: true });
    assert.equal(second.elements.find(({ text }) => text === 'Send')?.id, send.id);
    assert.equal(second.screenshot_format, 'jpeg');
    assert.ok(second.screenshot?.startsWith('/9j/'));
  });
});
