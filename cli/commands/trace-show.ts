// deskreel trace show: what a trace holds, as a summary and a list of its steps.
import { existsSync } from 'node:fs';
import { Actor } from '../../protocol/primitives.ts';
import { readTrace, type SavedTraceContent, type TraceEvent } from '../../sdk/index.ts';
import { snakeKeys } from '../../sdk/names.ts';
import type { ToldMask } from '../../trace/format.ts';
import { maskCountsText, maskText } from '../../trace/masks.ts';
import { command } from '../command.ts';
import { withFetched } from '../fetched.ts';
import { short, table } from '../output.ts';

export const traceShow = command({
  name: 'trace show',
  takes: ['<trace>'],
  about: 'Show a finished trace: by its id at the server, or a saved ZIP or folder by its path',
  run: async ({ words: [wanted = ''] }, { out, server, signal }) => {
    const trace = existsSync(wanted)
      ? await readTrace(wanted)
      : await withFetched(await server(), wanted, signal, readTrace);
    const value = { overview: snakeKeys(trace.overview), events: trace.events };
    out.result(value, () => `${summaryTable(trace)}\n\n${stepTable(trace.events)}`);
    return true;
  },
});

export function summaryTable({ overview }: SavedTraceContent): string {
  const rows: [string, string | number][] = [
    ['Trace', overview.traceId],
    ['Name', overview.name ?? '-'],
    ['Started', overview.startTime],
    ['Duration', `${overview.duration.toFixed(1)} s`],
    ['Steps', overview.steps],
    ['Screenshots', overview.screenshotCount],
    ['Errors', overview.errors],
    ['Masked', maskCountsText(overview.masked ?? {}) || '-'],
    ['Ended', overview.end],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
}

function stepTable(events: readonly TraceEvent[]): string {
  const shown = events.filter(
    ({ type, masks }) => type === 'api_call' || type === 'metadata' || masks !== undefined,
  );
  const rows = shown.flatMap((event) => [stepRow(event), ...(event.masks ?? []).map(maskRow)]);
  return table(['TIME', 'STEP', 'WITH', 'RESULT', 'PICTURE', 'BY'], rows);
}

function stepRow({ type, relative_time: time, actor, data }: TraceEvent): string[] {
  const at = `${time.toFixed(2)} s`;
  const who = Actor.safeParse(actor).data;
  const by = who ? `${who.kind} ${who.id}` : '';
  if (type !== 'api_call' && type !== 'metadata') return [at, type, '', '', '', by];
  if (type === 'metadata')
    return [at, 'metadata', short(`${text(data['key'])}: ${text(data['value'])}`, 50), '', '', by];
  const outcome = data['success'] === true ? 'ok' : short(`failed: ${text(data['error'])}`, 60);
  const args = data['args'] === null ? '' : short(text(data['args']), 50);
  return [at, text(data['method']), args, outcome, text(data['screenshot'] ?? ''), by];
}

/** Below the step that it was masked in. */
function maskRow(mask: ToldMask): string[] {
  return ['', '  masked', maskText(mask), '', '', ''];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
