// A row is the same whether its envelope was told at a look or by the schema.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Envelope } from '../../../trace/format.ts';
import { readRow } from '../../../trace/row.ts';
import { journalOf, START } from './setup.ts';

const [LINE = ''] = journalOf([{ type: 'trace_start', data: START }]).split('\n');
const row = (): Record<string, unknown> => JSON.parse(LINE) as Record<string, unknown>;

/** Values that some field takes and others do not. */
const VALUES: unknown[] = [
  null, true, 0, 1, 1.5, -1, 2 ** 60, '', 'x', 'x'.repeat(201), [], {}, { kind: 'agent', id: 'a' },
  { kind: 'agent', id: 'a', more: 1 }, { kind: 'robot', id: 'a' }, { kind: 'agent', id: '' },
  '2026-02-31T10:00:00.000Z', '2026-02-29T10:00:00.000Z', '2026-04-31T10:00:00.000Z', '2026-12-31T10:00:00.000Z', '2026-11-30T10:00:00.000Z', '2024-02-29T10:00:00.000Z', '2026-11-30T10:00:00Z', '2026-11-30T10:00:00.123456Z',
  '2026-11-30T24:00:00.000Z', '2026-11-30 10:00:00.000Z', 'a'.repeat(64), 'A'.repeat(64), JSON.parse('{"__proto__": 1}'),
]; // prettier-ignore
const FIELDS = [...Object.keys(row()), 'step_id', 'actor', 'stranger', 'constructor'];

/** What the schema says of the envelope alone. */
function bySchema(value: unknown): unknown {
  const parsed = Envelope.safeParse(value);
  return parsed.success ? parsed.data : 'no row';
}

function byReader(value: unknown): unknown {
  try {
    const { type, ...rest } = readRow(value).row;
    return { type, ...rest };
  } catch {
    return 'no row';
  }
}

describe('a row', () => {
  // Of a type that nobody knows, so that its data is left as the envelope's schema leaves it.
  const other = (): Record<string, unknown> => ({ ...row(), type: 'hologram', data: { depth: 3 } });

  it('is what the schema makes of it, whatever a field holds', () => {
    assert.deepEqual(byReader(other()), bySchema(other()));
    for (const field of FIELDS) {
      for (const value of VALUES) {
        const changed = { ...other(), [field]: value };
        assert.deepEqual(byReader(changed), bySchema(changed), `${field}: ${JSON.stringify(value)}`);
      }
    }
  });

  it('is none without a field that it needs', () => {
    for (const field of Object.keys(row())) {
      const changed = Object.fromEntries(Object.entries(other()).filter(([name]) => name !== field));
      assert.deepEqual(byReader(changed), 'no row', field);
      assert.deepEqual(bySchema(changed), 'no row', field);
    }
  });

  it('is no row where it is no object', () => {
    for (const value of [null, 1, 'text', [row()]]) assert.equal(byReader(value), 'no row');
  });
});
