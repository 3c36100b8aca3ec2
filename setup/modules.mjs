// Step 1: the project's own modules, Node 24 among them.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { must } from './command.mjs';

/** The project's own Node 24. */
export const nodeBinary = (root) => join(root, 'node_modules', 'node', 'bin', 'node');

export async function ensureModules(root, progress) {
  if (modulesMatchLock(root)) return progress.fine('modules', 'as package-lock.json says');
  await progress.during('modules', 'npm ci', () =>
    must(['npm', 'ci', '--no-audit', '--no-fund'], {
      cwd: root,
      env: withoutOwnBinaries(root),
      log: progress.log,
    }),
  );
}

/**
 * Compares what is asked for with what npm noted when it installed. Optional packages of other platforms are in the
 * lock file only.
 */
function modulesMatchLock(root) {
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(noted) || !existsSync(nodeBinary(root))) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(noted);
  const missing = [...wanted].filter(([path, entry]) => path !== '' && !entry.optional && !present.has(path));
  const other = [...present].filter(([path, entry]) => wanted.get(path)?.version !== entry.version);
  return missing.length === 0 && other.length === 0;
}

function packagesOf(file) {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages));
}

/** `npm ci` removes node_modules, and with it a Node that a script's PATH would find there. */
function withoutOwnBinaries(root) {
  const own = join(root, 'node_modules');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(own));
  return { ...process.env, PATH: path.join(delimiter) };
}
