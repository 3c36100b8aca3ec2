// Whether a saved trace is what its recorder sealed. Needs no server.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DeskreelError } from '../../protocol/errors.ts';
import { readIfPresent } from '../../server/fs-atomic.ts';
import { keyFile } from '../../server/recorder/keys.ts';
import { openTraceFiles } from '../../trace/files/trace-files.ts';
import type { Fault, Gap } from '../../trace/verify/fault.ts';
import { verifyTrace as verify, type Verdict } from '../../trace/verify/verify.ts';
import { placeOf } from '../address.ts';

export type { Fault as TraceFault, Gap as TraceGap, Verdict as TraceVerdict };

export interface VerifyOptions {
  /** A file with the key that must have signed, public or private, in PEM. Default: the data folder's `key`, if there. */
  key?: string;
  /** The data folder. Default `DESKREEL_DATA`, `~/.deskreel`. */
  data?: string;
  signal?: AbortSignal;
}

/**
 * Checks signature, chain, every file, every count and every frame's pixels of a trace's ZIP or folder.
 * Throws `bad_request` where there is nothing at `path` that can be opened, or the key file holds no key.
 */
export async function verifyTrace(path: string, options: VerifyOptions = {}): Promise<Verdict> {
  const key = await trustedKey(options);
  await using files = await openTraceFiles(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('bad_request', `${path} cannot be opened as a trace: ${why}`, { cause });
  });
  return await verify(files, { key, signal: options.signal });
}

async function trustedKey({ key, data }: VerifyOptions): Promise<KeyObject | undefined> {
  const path = key ?? keyFile(placeOf(data === undefined ? {} : { data }).config.data);
  try {
    // Of a private key the public half.
    const pem = key === undefined ? await readIfPresent(path) : await readFile(path, 'utf8');
    return pem === undefined ? undefined : createPublicKey(pem);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('bad_request', `no key can be read from ${path}: ${why}`, { cause });
  }
}
