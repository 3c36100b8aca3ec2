// A Python with the packages of a list (clients that drive desktops, readers of formats), installed once for each version of it
// and kept in the user's cache.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const command = promisify(execFile);
/** Where each list of packages is, and how pip is to take it. */
const LISTS = {
  clients: { path: '../clients/requirements.txt', options: [] },
  // Whole as it stands: of some packages only the part that reads a format is wanted, not what the rest of them needs.
  readers: { path: '../fixtures/readers/requirements.txt', options: ['--no-deps'] },
} as const;
/** The packages want 3.12 or 3.13. */
const NAMES = ['python3.13', 'python3.12', 'python3'];
const WANTED = 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))';

/** The path of an interpreter with the clients of test/clients/requirements.txt. */
export function clientsPython(): Promise<string> {
  return pythonWith('clients');
}

/** The path of an interpreter with the readers of test/fixtures/readers/requirements.txt. */
export function readersPython(): Promise<string> {
  return pythonWith('readers');
}

/** Several that come at once install it side by side; the last one wins. */
async function pythonWith(name: keyof typeof LISTS): Promise<string> {
  const requirements = fileURLToPath(new URL(LISTS[name].path, import.meta.url));
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'deskreel');
  const folder = join(cache, `python-${name}-${hash}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'python-'));
  try {
    await command(await systemPython(), ['-m', 'venv', fresh]);
    const options = ['--quiet', '--disable-pip-version-check', ...LISTS[name].options];
    await command(join(fresh, 'bin', 'python'), [
      '-m',
      'pip',
      'install',
      ...options,
      '--requirement',
      requirements,
    ]);
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
  throw new Error('the tests use packages that need Python 3.12 or 3.13 with its venv module; there is none');
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
