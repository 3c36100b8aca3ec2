// Pictures and trees of one trace on disk, each written once, under the hash of what it is.
import { createHash } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync } from 'node:fs';
import { rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FRAMES_DIR, TREES_DIR } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { isMissing, PRIVATE_DIR, syncPath, writeByRename } from '../fs-atomic.ts';
import { withRoom } from './reserve.ts';
import { BlobPool, cannotLink, linkOrCopy, type Blob, type BlobHolder } from './blob-pool.ts';

/** What a recording needs of it. */
export interface Blobs {
  has(name: string): boolean;
  /** Writes a file whole, unless it is there. When it resolves, a row may name it. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Takes over what another recording of the desktop has; false where none has it. */
  adopt(name: string): Promise<boolean>;
  /** Removes a file that no row came to name. */
  remove(name: string): Promise<void>;
}

export class BlobStore implements Blobs, BlobHolder {
  readonly #dir: string;
  readonly #pool: BlobPool;
  readonly #flush: boolean;
  readonly #makeRoom: () => boolean;
  readonly #known = new Map<string, ManifestFile>();
  #bytes = 0;

  /**
   * Makes the folders. `flush`: a file is on the disk itself when `put` resolves, power loss or not. `makeRoom`: as a
   * journal's.
   */
  constructor(dir: string, pool = new BlobPool(), { flush = false, makeRoom = (): boolean => false } = {}) {
    this.#dir = dir;
    this.#pool = pool;
    this.#flush = flush;
    this.#makeRoom = makeRoom;
    for (const name of [FRAMES_DIR, TREES_DIR]) mkdirSync(join(dir, name), { mode: PRIVATE_DIR });
    pool.add(this);
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  find(name: string): Blob | undefined {
    const file = this.#known.get(name);
    return file && { path: join(this.#dir, name), file };
  }

  /** Of all files so far, those that others keep too included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Every file so far. */
  files(): ManifestFile[] {
    return [...this.#known.values()];
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#known.has(name)) return;
    const write = (): Promise<Blob> => withRoom(() => this.#write(name, bytes), this.#makeRoom);
    const blob = await this.#pool.obtain(name, write);
    if (await this.take(blob)) return;
    this.#note((await write()).file);
  }

  async adopt(name: string): Promise<boolean> {
    const found = await this.#pool.written(name);
    return found !== undefined && (await this.take(found));
  }

  /** Links a blob that lies elsewhere; false where it is gone meanwhile. */
  async take({ path, file }: Blob): Promise<boolean> {
    const own = join(this.#dir, file.name);
    try {
      if (path !== own && !this.#known.has(file.name)) {
        await linkOrCopy(path, own);
        if (this.#flush) await this.#flushLinked(own);
      }
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    this.#note(file);
    return true;
  }

  /** The same in one go, for a row that is about to name it. */
  takeNow({ path, file }: Blob): void {
    const own = join(this.#dir, file.name);
    if (path === own || this.#known.has(file.name)) return;
    try {
      linkSync(path, own);
    } catch (error) {
      if (!cannotLink(error)) throw error;
      copyFileSync(path, own);
    }
    this.#note(file);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#dir, name), { force: true });
    this.#known.delete(name);
  }

  /** From now on nobody links from here; the files stay. */
  close(): void {
    this.#pool.remove(this);
  }

  #note(file: ManifestFile): void {
    if (!this.#known.has(file.name)) this.#bytes += file.bytes;
    this.#known.set(file.name, file);
  }

  /** Whoever wrote it may not have had to. */
  async #flushLinked(own: string): Promise<void> {
    await syncPath(own);
    await syncPath(dirname(own));
  }

  async #write(name: string, bytes: Uint8Array): Promise<Blob> {
    const path = join(this.#dir, name);
    const flush = this.#flush ? (file: FileHandle): Promise<void> => file.datasync() : undefined;
    // A kill may have left the name behind.
    await writeByRename(`${path}.tmp`, path, bytes, { flag: 'w', flush });
    if (this.#flush) await syncPath(dirname(path));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, file: { name, bytes: bytes.length, sha256 } };
  }
}
