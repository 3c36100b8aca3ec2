// The place on this machine where a trace will be saved, found before the trace is stopped. Nothing that is there is
// ever replaced: an existing folder gets something new inside, an existing file is refused.
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import { isMissing } from '../../server/fs-atomic.ts';
import type { SavePlan } from './options.ts';

export interface SaveTarget {
  readonly format: 'zip' | 'dir';
  /** Absolute. It is not there yet; its parent is. */
  readonly path: string;
}

/**
 * Finds the place and makes its parent. Relative paths start at `cwd`.
 * Throws `conflict` where something is in the way, `bad_request` where the parent cannot be made.
 */
export async function prepareTarget(plan: SavePlan, traceId: string, cwd: string): Promise<SaveTarget> {
  const own = plan.format === 'zip' ? `${traceId}.zip` : traceId;
  return { format: plan.format, path: await newPath(plan, resolve(cwd, 'traces', own), own, cwd) };
}

/**
 * Finds the place of one file: `path`, or inside it where it is a folder, else `own` in `cwd`.
 * Throws as `prepareTarget`.
 */
export async function prepareFile(path: string | undefined, own: string, cwd: string): Promise<string> {
  return newPath({ format: 'zip', path }, resolve(cwd, own), own, cwd);
}

async function newPath(plan: Place, byDefault: string, own: string, cwd: string): Promise<string> {
  const path = await freePath(plan, byDefault, own, cwd);
  const kind = await kindOf(path);
  if (kind !== 'none') {
    throw new DeskreelError(
      'conflict',
      `${path} is there already and is never replaced; choose another path`,
    );
  }
  await makeParent(path);
  return path;
}

interface Place {
  readonly format: 'zip' | 'dir';
  readonly path?: string | undefined;
}

async function freePath(plan: Place, byDefault: string, own: string, cwd: string): Promise<string> {
  if (plan.path === undefined) return byDefault;
  const path = resolve(cwd, plan.path);
  const isFolder = plan.format === 'zip' && /[\\/]$/.test(plan.path.replaceAll(sep, '/'));
  return isFolder || (await kindOf(path)) === 'directory' ? join(path, own) : path;
}

async function kindOf(path: string): Promise<'none' | 'directory' | 'other'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (isMissing(error)) return 'none';
    throw unusable(path, error);
  }
}

async function makeParent(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw unusable(dirname(path), error);
  }
}

function unusable(path: string, cause: unknown): DeskreelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DeskreelError('bad_request', `a trace cannot be saved at ${path}: ${reason}`, { cause });
}
