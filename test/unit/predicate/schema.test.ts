// The JSON Schema of events that the package has: it tells the thirteen types apart by `type`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { PREDICATE_TYPES } from '../../../trace/format.ts';
import { PREDICATE_SCHEMA } from '../../../trace/predicate/schema.ts';
import { assertFitsSchema, fitsSchema, SCHEMA_FILE } from '../../support/predicate-schema.ts';

const PLACE = { step_id: 's', step_index: 0, goal: 'g', attempt: 0 };

/** The least that each type needs, and what makes it wrong. */
const EVENTS: Readonly<Record<(typeof PREDICATE_TYPES)[number], [data: object, wrong: object]>> = {
  run_start: [{ agent: 'a' }, { agent: 1 }],
  step_start: [PLACE, { ...PLACE, attempt: -1 }],
  snapshot: [{ url: 'u' }, { screenshot_format: 'gif' }],
  snapshot_taken: [{}, { snapshot_digest: 'sha256:abc' }],
  llm_called: [{ response_text: 't' }, {}],
  llm_response: [{ response_text: 't' }, { response_text: 't', usage: { prompt_tokens: 1 } }],
  action: [{ kind: 'click' }, { kind: 7 }],
  action_executed: [{}, { element_id: 1.5 }],
  verification: [{ passed: true, kind: 'assert' }, { kind: 'assert' }],
  recovery: [{ step_id: 's', strategy: 'retry', attempt: 1 }, { step_id: 's' }],
  step_end: [
    {
      ...PLACE,
      pre: {},
      llm: {},
      exec: { success: true, outcome: 'ok', duration_ms: 1 },
      post: {},
      verify: { passed: true },
    },
    PLACE,
  ],
  run_end: [{ steps: 1 }, { steps: 1, status: 'good' }],
  error: [{ step_id: 's', error: 'e', attempt: 0 }, { agent: 'a' }],
};

const eventOf = (type: string, data: object): object => ({
  v: 1,
  type,
  ts: '2025-12-26T10:00:00.000Z',
  run_id: 'run',
  seq: 1,
  data,
});

const Branch = z.object({ properties: z.object({ type: z.object({ const: z.string() }) }) });

describe('the schema of events', () => {
  it('is the one that the code reads with (`node test/support/write-schema.ts` writes it)', () => {
    const published: unknown = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));
    assert.deepEqual(published, JSON.parse(JSON.stringify(PREDICATE_SCHEMA)));
  });

  it('has one branch for each type, which names it', () => {
    const branches = z.object({ oneOf: z.array(Branch) }).parse(PREDICATE_SCHEMA).oneOf;
    assert.deepEqual(
      branches.map(({ properties }) => properties.type.const),
      [...PREDICATE_TYPES],
    );
  });

  for (const type of PREDICATE_TYPES) {
    it(`takes ${type}, with more fields too, and no data of another kind`, () => {
      const [right, wrong] = EVENTS[type];
      assertFitsSchema(eventOf(type, right));
      assertFitsSchema({ ...eventOf(type, { ...right, 'x-more': 1 }), step_id: 's', ts_ms: 1 });
      assert.equal(fitsSchema(eventOf(type, wrong)), false);
    });
  }

  it('takes no other type, and nothing without its envelope', () => {
    assert.equal(fitsSchema(eventOf('other', {})), false);
    const whole = eventOf('run_start', { agent: 'a' });
    for (const key of ['v', 'type', 'ts', 'run_id', 'seq', 'data']) {
      const less: Record<string, unknown> = { ...whole };
      Reflect.deleteProperty(less, key);
      assert.equal(fitsSchema(less), false, key);
    }
    assert.equal(fitsSchema({ ...whole, seq: 0 }), false);
    assert.equal(fitsSchema({ ...whole, v: 2 }), false);
  });
});
