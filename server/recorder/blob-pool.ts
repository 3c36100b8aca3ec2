// The pictures and trees of one desktop, whichever of its recordings keeps them: written once, then linked.
// A file's links are its count of references: it is gone from the disk with the last recording that has it.
import { copyFile, link } from 'node:fs/promises';
import type { ManifestFile } from '../../trace/manifest.ts';

export interface Blob {
  /** Absolute. */
  readonly path: string;
  readonly file: ManifestFile;
}

/** Whoever keeps blobs on disk. */
export interface BlobHolder {
  find(name: string): Blob | undefined;
}

export class BlobPool {
  readonly #holders = new Set<BlobHolder>();
  /** Files that are being written at this moment. */
  readonly #writing = new Map<string, Promise<Blob>>();

  add(holder: BlobHolder): void {
    this.#holders.add(holder);
  }

  remove(holder: BlobHolder): void {
    this.#holders.delete(holder);
  }

  /** The blob that any recording of this desktop has. */
  find(name: string): Blob | undefined {
    for (const holder of this.#holders) {
      const found = holder.find(name);
      if (found) return found;
    }
    return undefined;
  }

  /** The same, one that is just being written included. */
  async written(name: string): Promise<Blob | undefined> {
    await this.#writing.get(name)?.catch(() => undefined);
    return this.find(name);
  }

  /** The same, written where nobody has it. Who wants a file while it is being written waits for it. */
  async obtain(name: string, write: () => Promise<Blob>): Promise<Blob> {
    const written = this.#writing.get(name);
    if (written) return written;
    const found = this.find(name);
    if (found) return found;
    const work = write().finally(() => this.#writing.delete(name));
    this.#writing.set(name, work);
    return work;
  }
}

/** Where the file system has no links, or no more of them, the file is copied. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!cannotLink(error)) throw error;
    await copyFile(from, to);
  }
}

export function cannotLink(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return ['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(error.code));
}
