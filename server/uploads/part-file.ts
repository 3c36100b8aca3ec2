// One part of an upload to disk, as it arrives: whole or not at all.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DeskreelError } from '../../protocol/errors.ts';
import { PRIVATE_FILE } from '../fs-atomic.ts';
import { asStorageError } from '../recorder/reserve.ts';

export interface PartRules {
  /** Bytes, unpacked. */
  readonly most: number;
  readonly gzip: boolean;
  /** Throws for what is no such part. It is looked at before it takes its place. */
  readonly check: (path: string) => Promise<void>;
}

const TEMPORARY = '.tmp';

/** Removes below a folder what a kill left of parts that had not arrived. */
export async function removeHalfParts(root: string): Promise<void> {
  for (const name of await readdir(root, { recursive: true })) {
    if (name.endsWith(TEMPORARY)) await rm(join(root, name));
  }
}

/** Throws `too_large`, `bad_request` for what is no gzip, and what `check` throws. What was there is replaced. */
export async function writePart(source: Readable, path: string, rules: PartRules): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
  try {
    await receive(source, temporary, rules);
    await rules.check(temporary);
    await syncFile(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function receive(source: Readable, path: string, { most, gzip }: PartRules): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: PRIVATE_FILE });
  try {
    if (gzip) await pipeline(source, createGunzip(), atMost(most), file);
    else await pipeline(source, atMost(most), file);
  } catch (error) {
    if (error instanceof DeskreelError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_'))
      throw new DeskreelError('bad_request', 'the body is no gzip', { cause: error });
    if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
      throw new DeskreelError('cancelled', 'the upload broke off', { cause: error });
    }
    throw asStorageError(error);
  }
}

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= bytes) done(null, chunk);
      else done(new DeskreelError('too_large', `this part may have ${bytes} bytes at the most`));
    },
  });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
