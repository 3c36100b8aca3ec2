// Every tree of a folder is the one that its row names.
import { createHash } from 'node:crypto';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { JOURNAL, treePath, TREES_DIR } from '../layout.ts';
import type { Fault } from './fault.ts';
import type { JournalFacts } from './journal-check.ts';

export async function* checkTrees(
  files: TraceFiles,
  { trees }: JournalFacts,
  usable: ReadonlySet<string>,
): AsyncGenerator<Fault> {
  for (const name of files.names) {
    const hash = name.slice(TREES_DIR.length + 1, -'.json'.length);
    if (name.startsWith(`${TREES_DIR}/`) && !trees.has(hash))
      yield { place: name, why: 'no row of the journal names it' };
  }
  for (const [sha256, { line }] of trees) {
    const path = treePath(sha256);
    if (!files.has(path)) yield { place: `${JOURNAL}:${line}`, why: `its tree ${path} is missing` };
    else if (usable.has(path)) yield* checkTree(await readWhole(files, path), path, sha256);
  }
}

function* checkTree(bytes: Buffer, path: string, sha256: string): Generator<Fault> {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) yield { place: path, why: 'it is not the tree that its name says' };
}
