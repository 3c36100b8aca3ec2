// The archive's events say what the rows say, and are numbered without gaps.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../protocol/codec.ts';
import { streamEvents, type ViewedEvent } from '../events.ts';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { eventName, JOURNAL } from '../layout.ts';
import { readRows } from '../reader.ts';
import { messageOf, type Fault } from './fault.ts';
import { isRecord } from '../../protocol/record.ts';

export async function* checkEvents(files: TraceFiles, usable: ReadonlySet<string>): AsyncGenerator<Fault> {
  if (!usable.has(JOURNAL)) return;
  const there = new Set(files.names.filter((name) => name.startsWith('event_')));
  let number = 0;
  for await (const viewed of streamEvents(readRows(await files.stream(JOURNAL)))) {
    number += 1;
    const name = eventName(number, viewed.event.type);
    if (!there.delete(name)) yield { place: name, why: 'it is missing: the journal has rows for it' };
    else if (usable.has(name)) yield* checkEvent(await readWhole(files, name), name, viewed);
  }
  for (const name of there) yield { place: name, why: 'no row of the journal is its event' };
}

function* checkEvent(bytes: Buffer, name: string, { event, tree }: ViewedEvent): Generator<Fault> {
  let said: unknown;
  try {
    said = parseJson(bytes.toString('utf8'));
  } catch (error) {
    yield { place: name, why: `it cannot be read: ${messageOf(error)}` };
    return;
  }
  const wanted = parseJson(JSON.stringify(event));
  if (tree !== undefined) yield* checkTree(said, name, tree);
  const field = differing(said, wanted, tree === undefined ? [] : ['tree']);
  if (field !== undefined) yield { place: name, why: `${field} is not what the journal says` };
}

function* checkTree(said: unknown, name: string, sha256: string): Generator<Fault> {
  const tree = isRecord(said) && isRecord(said['data']) ? said['data']['tree'] : undefined;
  const found = createHash('sha256')
    .update(JSON.stringify(tree ?? null))
    .digest('hex');
  if (found !== sha256) yield { place: name, why: 'its tree is not the one that was recorded' };
}

/** The first field that says something else. Events of an earlier version may say less than this one would. */
function differing(said: unknown, wanted: unknown, except: readonly string[]): string | undefined {
  if (!isRecord(said) || !isRecord(wanted)) return 'the event';
  for (const [name, value] of Object.entries(said)) {
    if (name === 'data') {
      const inside = differing(value, wanted['data'], except);
      if (inside !== undefined) return `data.${inside}`;
    } else if (!except.includes(name) && !isDeepStrictEqual(value, wanted[name])) return name;
  }
  return undefined;
}
