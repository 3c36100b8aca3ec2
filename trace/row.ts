// The value of a journal's line as a row. A long trace has rows by the ten thousand, and the schema's time goes into their
// envelopes: one that is as the recorder writes it is told at a look, and any other by the schema.
import { Actor } from '../protocol/primitives.ts';
import { isRecord } from '../protocol/record.ts';
import { Envelope, isRowType, ROW_DATA, VERSION, type KnownRow } from './format.ts';

export type ReadRow = { kind: 'row'; row: KnownRow } | { kind: 'other'; row: Envelope };

/** Throws where it is no row at all. */
export function readRow(value: unknown): ReadRow {
  const row = isPlain(value) ? value : Envelope.parse(value);
  const { type } = row;
  if (!isRowType(type)) return { kind: 'other', row };
  const data = ROW_DATA[type].safeParse(row.data);
  if (!data.success) return { kind: 'other', row };
  // The schema belongs to this very type; TypeScript cannot follow that from a name to a union's member.
  return { kind: 'row', row: { ...row, type, data: data.data } as KnownRow };
}

/** All days but the 29th of February, of which the schema knows the years. */
const DAY = /(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31/
  .source;
const TIME = new RegExp(`^\\d{4}-(?:${DAY})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$`);
const HASH = /^[0-9a-f]{64}$/;
const ACTORS = new Set<unknown>(Actor.shape.kind.options);
const REQUIRED = Object.keys(Envelope.shape).length - 2;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether the schema would take the value and leave it as it is, where that is plain to see: narrower than the schema,
 * never wider. Field by field: a loop over their names takes longer.
 */
function isPlain(value: unknown): value is Envelope {
  if (!isRecord(value)) return false;
  const { step_id: step, actor, data } = value;
  if (!hasPlainPlace(value) || !hasPlainTimes(value)) return false;
  if (!isRecord(data) || Object.hasOwn(data, '__proto__')) return false;
  if ((step !== undefined && !isName(step)) || (actor !== undefined && !isActor(actor))) return false;
  const optional = [step, actor].filter((field) => field !== undefined).length;
  return Object.keys(value).length === REQUIRED + optional;
}

function hasPlainPlace({ v, type, run_id: run, seq, prev }: Fields): boolean {
  return (
    v === VERSION &&
    isName(type) &&
    isName(run) &&
    Number.isSafeInteger(seq) &&
    Number(seq) >= 1 &&
    typeof prev === 'string' &&
    HASH.test(prev)
  );
}

function hasPlainTimes({ ts, ts_ms: ms, mono_ms: mono }: Fields): boolean {
  return typeof ts === 'string' && TIME.test(ts) && Number.isFinite(ms) && Number.isFinite(mono);
}

function isActor(value: unknown): boolean {
  return (
    isRecord(value) && ACTORS.has(value['kind']) && isName(value['id']) && Object.keys(value).length === 2
  );
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}
