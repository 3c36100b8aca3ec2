// A recorder on a folder of its own with a synthetic guest (bench.ts), and the archive that it leaves.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { parseJson } from '../../../protocol/codec.ts';
import type { TraceStore } from '../../../server/recorder/traces-store.ts';

const execute = promisify(execFile);
/** Unpacked archives, until the file's tests are over. */
const UNPACKED = await mkdtemp(join(tmpdir(), 'deskreel-archive-'));
after(() => rm(UNPACKED, { recursive: true }));

export { bench, DESKTOP, type Bench } from './bench.ts';

export interface EventFile {
  type: string;
  timestamp: number;
  relative_time: number;
  masks?: unknown;
  data: Record<string, unknown>;
}

/** An archive, unpacked by Info-ZIP, as its readers see it. */
export interface Unpacked {
  /** The one folder inside. */
  readonly dir: string;
  readonly names: string[];
  readonly pictures: string[];
  readonly events: EventFile[];
  readonly metadata: Record<string, unknown>;
  text(name: string): Promise<string>;
}

export async function unpack(store: TraceStore, traceId: string): Promise<Unpacked> {
  const { path } = await store.archive(traceId);
  const into = await mkdtemp(join(UNPACKED, 'zip-'));
  await execute('unzip', ['-q', path, '-d', into]);
  const dir = join(into, traceId);
  const names = (await readdir(dir)).sort();
  const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const eventNames = names.filter((name) => name.startsWith('event_'));
  const events = await Promise.all(eventNames.map(async (name) => parseJson(await text(name)) as EventFile));
  const metadata = parseJson(await text('trace_metadata.json')) as Record<string, unknown>;
  return { dir, names, pictures: names.filter((name) => name.endsWith('.png')), events, metadata, text };
}

/** The `api_call` events' data. */
export function calls(archive: Unpacked): Record<string, unknown>[] {
  return archive.events.filter((event) => event.type === 'api_call').map((event) => event.data);
}
