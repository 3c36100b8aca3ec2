// Pictures and trees of one trace on disk, each written once, under the hash of what it is.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FRAMES_DIR, TREES_DIR } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { PRIVATE_DIR, PRIVATE_FILE } from '../fs-atomic.ts';

export class BlobStore {
  readonly #dir: string;
  readonly #known = new Map<string, ManifestFile>();

  /** Makes the folders. */
  constructor(dir: string) {
    this.#dir = dir;
    for (const name of [FRAMES_DIR, TREES_DIR]) mkdirSync(join(dir, name), { mode: PRIVATE_DIR });
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** Every file so far. */
  files(): ManifestFile[] {
    return [...this.#known.values()];
  }

  /** Writes a file whole, unless it is there. When it resolves, a row may name it. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#known.has(name)) return;
    const path = join(this.#dir, name);
    const temporary = `${path}.tmp`;
    try {
      await writeFile(temporary, bytes, { mode: PRIVATE_FILE });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#known.set(name, { name, bytes: bytes.length, sha256 });
  }

  /** Removes a file that no row came to name. */
  async remove(name: string): Promise<void> {
    await rm(join(this.#dir, name), { force: true });
    this.#known.delete(name);
  }
}
