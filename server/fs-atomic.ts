// Small private files that are either whole or not there.
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { parseJson, parseWith } from '../protocol/codec.ts';

/** Readable by the owner alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIR = 0o700;

/** Makes a folder (and its parents) that only its owner enters; one that is there keeps its mode. */
export async function privateDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIR });
}

/** Replaces a file whole: a reader sees the old or the new text, after a power loss too. */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeByRename(temporary, path, text, { flag: 'wx', flush: (file) => file.sync() });
  await syncPath(dirname(path));
}

export interface RenameOptions {
  /** `wx`: the temporary name must be free. */
  readonly flag: 'w' | 'wx';
  /** Before the file gets its own name. */
  readonly flush?: ((file: FileHandle) => Promise<void>) | undefined;
}

/** Writes a file under a temporary name and gives it its own: it is there whole, or not at all. */
export async function writeByRename(
  temporary: string,
  path: string,
  content: string | Uint8Array,
  { flag, flush }: RenameOptions,
): Promise<void> {
  try {
    const file = await open(temporary, flag, PRIVATE_FILE);
    try {
      await file.writeFile(content);
      await flush?.(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A file, or the names in a folder, are on the disk itself when this resolves. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The same when it returns. */
export function syncPathNow(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A file's text, or undefined where there is no such file. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A JSON file in the schema's shape, or undefined where there is no such file. Throws on any other shape. */
export async function readJson<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  const text = await readIfPresent(path);
  return text === undefined ? undefined : parseWith(schema, parseJson(text), path, 'internal');
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Whether there is anything at the path. Throws where that cannot be told. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
