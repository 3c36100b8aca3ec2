// Room on the disk that is taken beforehand, so that replies and the end of a trace can be written when it is full.
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { DeskreelError } from '../../protocol/errors.ts';
import { PRIVATE_FILE } from '../fs-atomic.ts';

/** Its file in the folder of a trace. */
export const RESERVE = 'reserve';

/** Enough for some hundred replies and the seal of a trace. Bytes. */
const RESERVE_BYTES = 512 * 1024;

export class Reserve {
  readonly #path: string;
  #held = false;

  constructor(path: string) {
    this.#path = path;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Takes the room. Throws the file system's error where there is none. */
  hold(): void {
    if (this.#held) return;
    try {
      // Random bytes: a file system that compresses would keep no room for zeros.
      writeFileSync(this.#path, randomBytes(RESERVE_BYTES), { mode: PRIVATE_FILE });
    } catch (error) {
      rmSync(this.#path, { force: true });
      throw error;
    }
    this.#held = true;
  }

  /** Gives the room up for what must be written now. */
  release(): void {
    rmSync(this.#path, { force: true });
    this.#held = false;
  }
}

/** Of a journal whose rows are never refused for want of room that was set aside: it sets none aside. */
export const NO_RESERVE: Pick<Reserve, 'hold' | 'held' | 'release'> = {
  held: false,
  hold: () => undefined,
  release: () => undefined,
};

/** Whether an error says that the disk, or the share of it that one may use, is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** The same, of an error that is in a client's words already too. */
export function isFull(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof DeskreelError && error.code === 'storage_full');
}

/** Does it again for as long as the disk is full and room can be made. Rejects with its error where none can. */
export async function withRoom<T>(write: () => Promise<T>, makeRoom: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isFull(error) || !makeRoom()) throw error;
    }
  }
}

/** The same in one go. */
export function withRoomNow<T>(write: () => T, makeRoom: () => boolean): T {
  for (;;) {
    try {
      return write();
    } catch (error) {
      if (!isFull(error) || !makeRoom()) throw error;
    }
  }
}

/** A full disk in words that a client can act on; any other error as it is. */
export function asStorageError(error: unknown): unknown {
  if (!isDiskFull(error)) return error;
  const message = 'No room on the disk of the server to record this: free some, or delete old traces.';
  return new DeskreelError('storage_full', message, { cause: error });
}
