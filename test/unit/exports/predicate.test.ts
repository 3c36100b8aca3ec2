// Predicate's form of the recorded desktop: its index, its cleaned form, its steps.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportedFiles as files, jsonLinesOf as lines } from '../../support/exports.ts';

describe('predicate', () => {
  interface Index {
    run_id: string;
    trace_file: { path: string; size_bytes: number; sha256: string };
    steps: {
      step_id: string;
      status: string;
      offset_start: number;
      offset_end: number;
      counters: { events: number };
    }[];
  }

  it('has an index whose offsets read back each step, and a cleaned form without pictures', async () => {
    const { names, text, png } = await files('predicate');
    const [jsonl = '', cleaned = '', indexName = ''] = names;
    assert.deepEqual(
      [cleaned, indexName],
      [jsonl.replace('.jsonl', '.cleaned.jsonl'), jsonl.replace('.jsonl', '.index.json')],
    );
    const index = JSON.parse(text(indexName)) as Index;
    assert.deepEqual([index.trace_file.path, index.trace_file.size_bytes], [jsonl, png(jsonl).length]);
    for (const step of index.steps.filter(({ step_id }) => step_id !== 'step-0')) {
      const events = lines(png(jsonl).toString('utf8', step.offset_start, step.offset_end)) as {
        step_id?: string;
      }[];
      assert.equal(events.filter(({ step_id }) => step_id === step.step_id).length, step.counters.events);
    }
    const failed = index.steps.filter(({ status }) => status === 'failure').map(({ step_id }) => step_id);
    assert.ok(failed.includes('command-19'), 'the click that was out of the screen');
    assert.equal(lines(text(cleaned)).length, lines(text(jsonl)).length);
    assert.ok(
      text(jsonl).includes('"screenshot_base64":"iVBOR') && !text(cleaned).includes('screenshot_base64'),
    );
  });

  it("keeps the client's rows as they are, with every command in the step that it named", async () => {
    const { names, text } = await files('predicate');
    const events = lines(text(names[1] ?? '')) as {
      type: string;
      seq: number;
      step_id?: string;
      data: Record<string, unknown>;
    }[];
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, at) => at + 1),
    );
    assert.deepEqual(events[0]?.data['agent'], 'writer');
    const inStep = events.filter(({ step_id }) => step_id === 'step-1').map(({ type }) => type);
    assert.equal(inStep.filter((type) => type === 'action').length, 4);
    assert.deepEqual([inStep[0], inStep.at(-1)], ['step_start', 'step_end']);
    const digests = events.filter(
      ({ type, data }) => type === 'snapshot' && data['snapshot_digest'] !== undefined,
    );
    assert.ok(digests.length > 10, 'snapshots have the elements of their trees');
    assert.equal(events.at(-1)?.data['status'], 'success');
  });
});
