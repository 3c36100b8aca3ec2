// The fields of a row that may hold what somebody said; all others are the recorder's own.
import type { KnownRow, RowData, RowType } from '../../../trace/format.ts';
import { hideIn, masksOf, type Hider } from '../hiding.ts';

const FIELDS: Partial<Record<RowType, readonly string[]>> = {
  call: ['args', 'session', 'request_id'],
  reply: ['result', 'error'],
  metadata: ['key', 'value'],
  desktop: ['reason'],
  fault: ['reason'],
  frame: ['evidence'],
  tree: ['evidence'],
};
const PLACES = { call: 'call', reply: 'reply', metadata: 'metadata' } as const;

/** A row's data without what is hidden, and what is told of that. */
export function hiddenRow<R extends KnownRow>(
  row: R,
  hiders: readonly Hider[],
): { data: R['data']; masks: RowData<'masked'>[] } {
  const given: Record<string, unknown> = { ...row.data };
  const names = (FIELDS[row.type] ?? []).filter((name) => given[name] !== undefined);
  const fields = Object.fromEntries(names.map((name) => [name, given[name]]));
  const hidden = hideIn(fields, hiders);
  const data = { ...given, ...(hidden.value as object) } as R['data'];
  const where = PLACES[row.type as keyof typeof PLACES] as (typeof PLACES)[keyof typeof PLACES] | undefined;
  if (where === undefined) return { data, masks: [] };
  const of = 'call_id' in row.data ? { call_id: row.data.call_id } : {};
  return { data, masks: masksOf(where, hidden).map((mask) => ({ ...of, ...mask })) };
}
