// What a request is known by beside its id: a keyed hash of its command and parameters, which tells nothing of them.
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { privateDir, readIfPresent, writeFileAtomic } from '../fs-atomic.ts';

const KEY_FILE = 'request-key';
const KEY_BYTES = 32;

/** The data folder's key for this purpose; made at the first start. */
export async function loadRequestMac(data: string): Promise<RequestMac> {
  const path = join(data, KEY_FILE);
  const kept = (await readIfPresent(path))?.trim();
  if (kept) return new RequestMac(Buffer.from(kept, 'base64url'));
  const key = randomBytes(KEY_BYTES);
  await privateDir(data);
  await writeFileAtomic(path, `${key.toString('base64url')}\n`);
  return new RequestMac(key);
}

export class RequestMac {
  readonly #key: Buffer;

  constructor(key: Buffer = randomBytes(KEY_BYTES)) {
    this.#key = key;
  }

  /** Equal for equal requests, whatever the order of their fields. */
  of(command: string, params: unknown): string {
    const text = JSON.stringify([command, params], sorted);
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields);
}
