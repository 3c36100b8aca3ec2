// Runs of OSWorld: traj.jsonl, whose lines name an action and the picture after it.
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import type { ImportedItem, Importer } from './importer.ts';
import { commandsOf } from './pyautogui.ts';

const Line = z.looseObject({
  step_num: z.number(),
  action_timestamp: z.string(),
  action: z.unknown(),
  response: z.unknown(),
  reward: z.unknown(),
  done: z.unknown(),
  info: z.unknown(),
  screenshot_file: z.string().nullish(),
});
type Line = z.output<typeof Line>;
/** What runs of this project's own exports say beside it. */
const Info = z.looseObject({ success: z.boolean().optional(), error: z.string().optional() });

const TRAJECTORY = 'traj.jsonl';

export const osworldImporter: Importer = {
  format: 'osworld',
  mark: TRAJECTORY,
  async read(files) {
    const lines = (await readWhole(files, TRAJECTORY))
      .toString()
      .split('\n')
      .filter((line) => line.trim() !== '');
    const read = (text: string | undefined): Line | undefined =>
      text === undefined ? undefined : parseWith(Line, parseJson(text), TRAJECTORY);
    const startMs = timeOf(read(lines[0])?.action_timestamp ?? '');
    return {
      id: undefined,
      name: undefined,
      startMs,
      items: () => itemsOf(lines.values(), read, files, startMs),
    };
  },
};

async function* itemsOf(
  lines: Iterable<string>,
  read: (text: string) => Line | undefined,
  files: TraceFiles,
  startMs: number,
): AsyncGenerator<ImportedItem> {
  let atMs = startMs;
  for (const text of lines) {
    const line = read(text);
    if (!line) continue;
    atMs = Math.max(atMs, timeOf(line.action_timestamp) || atMs);
    yield* callsOf(line, atMs, files);
  }
  if (files.has('result.txt')) {
    const value = (await readWhole(files, 'result.txt')).toString().trim();
    yield { kind: 'metadata', atMs, key: 'result', value };
  }
}

/** The picture belongs to the last of the commands that one action is made of. */
function* callsOf(line: Line, atMs: number, files: TraceFiles): Generator<ImportedItem> {
  const { screenshot_file: picture, action, step_num: step } = line;
  const { success = true, error } = Info.safeParse(line.info).data ?? {};
  const commands = commandsOf(action);
  for (const [index, command] of commands.entries()) {
    const isLast = index === commands.length - 1;
    const after = isLast && picture && files.has(picture) ? picture : undefined;
    yield { kind: 'call', atMs, ...command, success, error, after };
  }
  if (typeof line.response === 'string' && line.response !== '') {
    yield { kind: 'metadata', atMs, key: `response ${step}`, value: line.response };
  }
}

/** `20261125@013045123456`, with or without the microseconds; the zone is not said and taken for UTC. NaN for others. */
function timeOf(stamp: string): number {
  const [, y, mo, d, h, mi, s, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)@(\d\d)(\d\d)(\d\d)(\d{0,6})$/.exec(stamp) ?? [];
  if (y === undefined) return NaN;
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
}
