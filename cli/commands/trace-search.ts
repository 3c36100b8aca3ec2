// deskreel trace search
import { existsSync } from 'node:fs';
import { searchSavedTrace, type TraceFinding } from '../../sdk/index.ts';
import { snakeKeys } from '../../sdk/names.ts';
import { command } from '../command.ts';
import { numberFlag } from '../flags.ts';
import { short, table } from '../output.ts';

export const traceSearch = command({
  name: 'trace search',
  takes: ['<text>', '[trace]'],
  about: 'Find a text in finished traces: all of the server, or one by its id or path',
  flags: {
    limit: { type: 'string', value: 'N', about: 'findings at the most (100)' },
  },
  notes: [
    'It is looked for in whatever case, in commands and their answers, errors, metadata, the steps of agents',
    'and what the accessibility trees show. What was masked is not there to be found.',
  ],
  run: async ({ words: [text = '', wanted], flags }, { out, server, signal }) => {
    const limit = numberFlag('limit', flags.limit);
    const most = limit === undefined ? {} : { limit };
    const found =
      wanted !== undefined && existsSync(wanted)
        ? await searchSavedTrace(wanted, { text, ...most }, signal)
        : await (
            await server()
          ).searchTraces({ text, ...most, ...(wanted ? { traceId: wanted } : {}) }, signal);
    const value = { findings: found.findings.map((finding) => snakeKeys(finding)), more: found.more };
    out.result(value, () => shown(found));
    return true;
  },
});

function shown({ findings, more }: { findings: readonly TraceFinding[]; more: boolean }): string {
  if (findings.length === 0) return 'It stands nowhere.';
  const rows = findings.flatMap((finding) =>
    finding.places.map((place, index) => {
      const { traceId, relativeTime, screenshot = '' } = finding;
      const first = [traceId, `${relativeTime.toFixed(2)} s`, stepOf(finding)];
      const [where, picture] = index === 0 ? [first, screenshot] : [['', '', ''], ''];
      return [...where, short(place.in, 40), short(place.text, 80), picture];
    }),
  );
  const list = table(['TRACE', 'TIME', 'STEP', 'IN', 'TEXT', 'PICTURE'], rows);
  return more ? `${list}\nThere are more: --limit shows them.` : list;
}

function stepOf({ type, method }: TraceFinding): string {
  return type === 'accessibility_tree' ? `shown after ${method ?? 'it'}` : (method ?? type);
}
