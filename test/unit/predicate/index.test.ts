// The index of a trace: steps with the bytes that read them back, in both forms.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildTraceIndex, readStepEvents } from '../../../trace/predicate/build-index.ts';
import type { StudioIndex, TraceIndex } from '../../../trace/predicate/index-form.ts';
import { writeTraceIndex } from '../../../trace/predicate/write-index.ts';
import { stepResult, temporaryFolder } from '../agent-tracing/setup.ts';

interface Given {
  type: string;
  step_id?: string;
  data?: Record<string, unknown>;
}

function lines(events: readonly Given[]): string {
  const base = Date.UTC(2026, 0, 1);
  return events
    .map(({ type, step_id, data = {} }, index) => {
      const ts = new Date(base + index * 100).toISOString();
      const step = step_id === undefined ? {} : { step_id };
      return `${JSON.stringify({ v: 1, type, ts, ts_ms: base + index * 100, run_id: 'run', seq: index + 1, data, ...step })}\n`;
    })
    .join('');
}

async function indexed<T>(
  text: string,
  look: (index: TraceIndex, path: string) => Promise<T> | T,
): Promise<T> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'run.jsonl');
  await writeFile(path, text);
  return await look(await buildTraceIndex(path), path);
}

function step(id: string, snapshot = 'snapshot', action = 'action', llm = 'llm_called'): Given[] {
  return [
    { type: 'step_start', step_id: id, data: { step_index: 1, goal: `goal ñ ${id}`, pre_url: 'u:before' } },
    { type: snapshot, step_id: id, data: { url: 'u:before', snapshot_digest: `sha256:${id}-1` } },
    { type: llm, step_id: id, data: { response_text: 'TYPE(1, "hunter2")' } },
    { type: action, step_id: id, data: { kind: 'type', element_id: 1, text: 'hunter2', success: true } },
    { type: 'step_end', step_id: id, data: stepResult(true) },
  ];
}

describe('buildTraceIndex', () => {
  it('tells each step, with both spellings of each type', async () => {
    const events = [
      { type: 'run_start', data: { agent: 'Agent' } },
      ...step('a'),
      ...step('b', 'snapshot_taken', 'action_executed', 'llm_response'),
      { type: 'run_end', data: { steps: 2, status: 'success' } },
    ];
    await indexed(lines(events), (index) => {
      assert.deepEqual(
        index.steps.map(({ step_index, step_id }) => `${step_index} ${step_id}`),
        ['1 step-0', '2 a', '3 b'],
      );
      const [, first, second] = index.steps;
      assert.ok(first && second);
      assert.equal(first.goal, 'goal ñ a');
      assert.equal(first.status, 'success');
      assert.equal(first.url_before, 'u:before');
      assert.equal(first.url_after, 'https://example.com/next');
      assert.equal(first.line_number, 6);
      assert.equal(first.snapshot_before.digest, 'sha256:a-1');
      assert.deepEqual(first.counters, { events: 5, snapshots: 1, actions: 1, llm_calls: 1 });
      assert.deepEqual(second.counters, first.counters);
      assert.equal(first.action.type, 'type');
      assert.equal(first.action.target_element_id, 1);
      assert.equal(first.action.success, true);
      const { summary } = index;
      assert.equal(summary.agent_name, 'Agent');
      assert.equal(summary.status, 'success');
      assert.equal(summary.duration_ms, 1100);
      assert.deepEqual(summary.counters, { snapshot_count: 2, action_count: 2, error_count: 0 });
      assert.equal(summary.final_url, 'https://example.com/next');
      assert.equal(index.trace_file.line_count, 12);
    });
  });

  it('gives bytes that read back each step', async () => {
    await indexed(lines([...step('a'), ...step('b')]), async (index, path) => {
      for (const { step_id, offset_start, offset_end } of index.steps) {
        const events = await readStepEvents(path, offset_start, offset_end);
        assert.equal(events.length, 5);
        assert.ok(events.every((event) => event.step_id === step_id));
      }
      assert.equal(index.steps.at(-1)?.offset_end, index.trace_file.size_bytes);
    });
  });

  it('reads back a step that others run through', async () => {
    const woven = step('a').flatMap((event, at) => [event, ...step('b').slice(at, at + 1)]);
    await indexed(lines(woven), async (index, path) => {
      const [a, b] = index.steps;
      assert.ok(a && b && a.offset_end > b.offset_start);
      for (const { step_id, offset_start, offset_end } of [a, b]) {
        const events = await readStepEvents(path, offset_start, offset_end, step_id);
        assert.deepEqual(
          events.map(({ type }) => type),
          ['step_start', 'snapshot', 'llm_called', 'action', 'step_end'],
        );
      }
    });
  });

  it('does not tell what was typed, and nobody can try it out', async () => {
    const digestIn = (text: string): Promise<string | null | undefined> =>
      indexed(text, (index) => {
        assert.ok(!JSON.stringify(index).includes('hunter2'));
        return index.steps.at(-1)?.action.args_digest;
      });
    const one = await digestIn(lines(step('a')));
    assert.match(one ?? '', /^hmac-sha256:[0-9a-f]{64}$/);
    assert.equal(await digestIn(lines(step('a'))), one);
    assert.notEqual(await digestIn(lines([{ type: 'custom' }, ...step('a')])), one);
  });

  it('gives snapshots without a digest one that passes over noise', async () => {
    const digest = (text: string, x: number): Promise<string | null | undefined> => {
      const elements = [{ id: 1, role: 'label', text, bbox: { x, y: 0, width: 1, height: 1 } }];
      const events = [{ type: 'snapshot', step_id: 'a', data: { url: 'u', elements } }];
      return indexed(lines(events), (index) => index.steps[0]?.snapshot_after.digest);
    };
    const one = await digest('Hello  World', 100);
    assert.match(one ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.equal(await digest(' hello world', 101), one);
    assert.notEqual(await digest('other', 100), one);
  });

  it('says how steps and runs ended', async () => {
    const ended = (...ends: [boolean, boolean][]): Promise<string> =>
      indexed(
        lines(
          ends.map(([done, passed], at) => ({
            type: 'step_end',
            step_id: `${at}`,
            data: stepResult(done, passed),
          })),
        ),
        ({ steps, summary }) => `${steps.map(({ status }) => status).join(' ')} = ${summary.status}`,
      );
    assert.equal(await ended([true, true], [true, true]), 'success success = success');
    assert.equal(await ended([true, true], [false, false]), 'success failure = partial');
    assert.equal(await ended([true, false]), 'partial = partial');
    assert.equal(await ended([false, false]), 'failure = failure');
    const open = lines([{ type: 'step_start', step_id: 'a' }]);
    assert.equal(await indexed(open, ({ summary }) => summary.status), 'failure');
  });

  it('passes over broken lines, counts errors, and takes an empty file', async () => {
    const [first = '', second = ''] = lines([{ type: 'custom' }, { type: 'error', step_id: 'a' }]).split(
      '\n',
    );
    await indexed(`${first}\nnot json\n${second}`, ({ summary, trace_file }) => {
      assert.equal(summary.event_count, 2);
      assert.equal(summary.error_count, 1);
      assert.equal(trace_file.line_count, 3);
    });
    await indexed('', ({ steps, summary, trace_file }) => {
      assert.equal(steps.length, 0);
      assert.equal(summary.event_count, 0);
      assert.equal(trace_file.line_count, 0);
    });
    await assert.rejects(buildTraceIndex('/nowhere/x.jsonl'), /Trace file not found: \/nowhere\/x\.jsonl/);
  });

  it('is the same each time but for its own date', async () => {
    await indexed(lines(step('a')), async (index, path) => {
      const again = await buildTraceIndex(path);
      assert.deepEqual({ ...again, created_at: index.created_at }, index);
    });
  });
});

describe('writeTraceIndex', () => {
  it('writes either form beside the trace', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'run.jsonl');
    await writeFile(path, lines(step('a')));
    const whole = JSON.parse(await readFile(await writeTraceIndex(path), 'utf8')) as TraceIndex;
    assert.equal(whole.steps[0]?.offset_start, 0);
    const written = await writeTraceIndex(path, join(folder.path, 'studio.json'), true);
    const studio = JSON.parse(await readFile(written, 'utf8')) as StudioIndex;
    const { timestamp, byte_offset, line_number, action, snapshot, status } = studio.steps[0] ?? {};
    assert.deepEqual(
      { timestamp, byte_offset, line_number, status, goal: action?.goal, type: action?.type },
      {
        timestamp: '2026-01-01T00:00:00.000Z',
        byte_offset: 0,
        line_number: 5,
        status: 'success',
        goal: 'goal ñ a',
        type: 'type',
      },
    );
    assert.equal(snapshot?.digest, 'sha256:c');
    assert.equal(studio.summary.total_steps, 1);
    assert.ok(!('sha256' in studio.trace_file));
  });
});
