// Every picture shows what its frame's id says, pixel by pixel, and the archive's pictures are numbered without gaps.
import { availableParallelism } from 'node:os';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { framePath, JOURNAL } from '../layout.ts';
import type { Manifest } from '../manifest.ts';
import { readPicture } from '../picture-pixels.ts';
import { messageOf, type Fault } from './fault.ts';
import type { JournalFacts } from './journal-check.ts';

type Picture = [file: string, named: JournalFacts['pictures'] extends Map<string, infer N> ? N : never];

export async function* checkPictures(
  files: TraceFiles,
  manifest: Manifest,
  { pictures }: JournalFacts,
  usable: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fault> {
  const pathOf = ([file, { data }]: Picture): string =>
    manifest.form === 'folder' ? framePath(data.frame) : file;
  const all = [...pictures];
  yield* unnamed(files, new Set(all.map(pathOf)));
  const width = availableParallelism();
  for (let first = 0; first < all.length; first += width) {
    signal?.throwIfAborted();
    const some = all.slice(first, first + width);
    for (const faults of await Promise.all(some.map((one) => checkPicture(files, one, pathOf(one), usable))))
      yield* faults;
  }
}

/** A picture that no row names was not recorded. */
function* unnamed(files: TraceFiles, named: ReadonlySet<string>): Generator<Fault> {
  for (const name of files.names) {
    if (name.endsWith('.png') && !named.has(name))
      yield { place: name, why: 'no row of the journal names it' };
  }
}

async function checkPicture(
  files: TraceFiles,
  [, { line, data }]: Picture,
  path: string,
  usable: ReadonlySet<string>,
): Promise<Fault[]> {
  if (!files.has(path)) return [{ place: `${JOURNAL}:${line}`, why: `its picture ${path} is missing` }];
  if (!usable.has(path)) return [];
  try {
    const { size, id } = await readPicture(await readWhole(files, path));
    if (size.width !== data.width || size.height !== data.height) {
      return [{ place: path, why: `it is ${size.width}x${size.height}, not ${data.width}x${data.height}` }];
    }
    return id === data.frame ? [] : [{ place: path, why: 'its pixels are not those of its frame' }];
  } catch (error) {
    return [{ place: path, why: `it is no picture: ${messageOf(error)}` }];
  }
}
