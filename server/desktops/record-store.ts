// What the server must still know of a desktop after a restart: one private file each.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DesktopSpec } from '../../protocol/desktop.ts';
import { privateDir, readJson, writeJson } from '../fs-atomic.ts';

export const DesktopRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  image: z.string(),
  spec: DesktopSpec,
  createdAt: z.iso.datetime(),
  /** What the agent inside wants to hear. */
  guestToken: z.string(),
  /** Opens this desktop to clients that cannot send headers. */
  accessKey: z.string(),
});
export type DesktopRecord = z.output<typeof DesktopRecord>;

const SUFFIX = '.json';

export class RecordStore {
  readonly #dir: string;

  constructor(data: string) {
    this.#dir = join(data, 'desktops');
  }

  async all(): Promise<DesktopRecord[]> {
    await privateDir(this.#dir);
    const names = (await readdir(this.#dir)).filter((name) => name.endsWith(SUFFIX));
    const records = await Promise.all(names.map((name) => readJson(join(this.#dir, name), DesktopRecord)));
    return records.filter((record) => record !== undefined);
  }

  async save(record: DesktopRecord): Promise<void> {
    await privateDir(this.#dir);
    await writeJson(this.#path(record.id), record);
  }

  /** A record that is not there is no error. */
  async drop(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#dir, `${id}${SUFFIX}`);
  }
}
