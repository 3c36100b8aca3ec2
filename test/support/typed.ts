// What TypeScript says of a source that was made, against this project and the packages that it has.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** The project's folder: outside of it, sources import by path. */
export const ROOT = join(import.meta.dirname, '../..');

/** The compiler's complaints; the empty text where the source is sound. */
export async function typeErrors(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-typed-'));
  try {
    const path = join(folder, 'source.mts');
    await writeFile(path, source);
    const config = { extends: join(ROOT, 'tsconfig.json'), files: [path], include: [] };
    const typeRoots = [join(ROOT, 'node_modules/@types')];
    // A script's reader may name a window that nothing follows up.
    const compilerOptions = { noEmit: true, typeRoots, noUnusedLocals: false };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, compilerOptions }));
    const { stdout } = await execute(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
