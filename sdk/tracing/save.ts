// A downloaded archive onto this machine's disk: whole or not at all, and never over something that is there.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { constants, copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DeskreelError } from '../../protocol/errors.ts';
import type { SaveTarget } from './target.ts';
import { unpackTrace } from './unpack.ts';

/** Writes the archive to its target and returns the target's path. What was begun is taken away where it fails. */
export async function saveArchive(
  archive: ReadableStream<Uint8Array>,
  target: SaveTarget,
  signal?: AbortSignal,
): Promise<string> {
  const part = join(dirname(target.path), `.${basename(target.path)}.${randomBytes(4).toString('hex')}.part`);
  const folder = `${part}.dir`;
  try {
    await writeWhole(Readable.fromWeb(archive), part, signal);
    if (target.format === 'zip') {
      await nameFile(part, target.path);
    } else {
      await mkdir(folder);
      await unpackTrace(part, folder, signal);
      await nameFolder(folder, target.path);
    }
    return target.path;
  } finally {
    await rm(part, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes one file, whole or not at all. What is there already is never replaced. */
export async function saveFile(content: Readable, path: string, signal?: AbortSignal): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    await writeWhole(content, part, signal);
    await nameFile(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function writeWhole(source: Readable, path: string, signal?: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', flush: true });
  await pipeline(source, file, signal ? { signal } : {});
}

/** A link never takes the place of a file, as a rename would. */
async function nameFile(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw inTheWay(path, error);
    await copyWhereNoLinks(part, path);
  }
}

/** Some file systems have no links. */
async function copyWhereNoLinks(part: string, path: string): Promise<void> {
  try {
    await copyFile(part, path, constants.COPYFILE_EXCL);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? inTheWay(path, error) : error;
  }
}

/** A folder is renamed over nothing, or over an empty folder. */
async function nameFolder(folder: string, path: string): Promise<void> {
  try {
    await rename(folder, path);
  } catch (error) {
    throw inTheWay(path, error);
  }
}

function inTheWay(path: string, cause: unknown): DeskreelError {
  return new DeskreelError('conflict', `${path} came to be there meanwhile and is never replaced`, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
