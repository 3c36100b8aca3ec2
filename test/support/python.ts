// A Python with the clients of test/clients/requirements.txt, installed once for each list of them and kept in the user's cache.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const command = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('../clients/requirements.txt', import.meta.url));
/** The clients want 3.12 or 3.13. */
const NAMES = ['python3.13', 'python3.12', 'python3'];
const WANTED = 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))';

/** The path of the interpreter. Several that come at once install it side by side; the last one wins. */
export async function clientsPython(): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 16);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'deskreel');
  const folder = join(cache, `python-clients-${hash}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'python-'));
  try {
    await command(await systemPython(), ['-m', 'venv', fresh]);
    const options = ['--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
    await command(join(fresh, 'bin', 'python'), ['-m', 'pip', 'install', ...options]);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(python)) throw error;
  }
  return python;
}

async function systemPython(): Promise<string> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const kept = await Array.fromAsync(glob('3.1[23].*/bin/python', { cwd: versions }));
  for (const name of [
    ...NAMES,
    ...kept
      .sort()
      .reverse()
      .map((path) => join(versions, path)),
  ]) {
    if (await isWanted(name)) return name;
  }
  throw new Error(
    'the tests drive clients that need Python 3.12 or 3.13 with its venv module; there is none',
  );
}

async function isWanted(name: string): Promise<boolean> {
  try {
    await command(name, ['-c', WANTED]);
    return true;
  } catch {
    // Not there, or another version.
    return false;
  }
}
