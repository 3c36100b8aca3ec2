// What the desktops were asked, on disk: one ledger each under `<data>/requests/`, and the key that their rows are compared by.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionTable } from '../commands/session-table.ts';
import type { Clock } from '../clock.ts';
import type { DesktopRecord } from '../desktops/record-store.ts';
import { privateDir } from '../fs-atomic.ts';
import type { Log } from '../log.ts';
import type { Hider } from '../recorder/hiding.ts';
import { Ledger } from './ledger.ts';
import { loadRequestMac, type RequestMac } from './request-mac.ts';

const SUFFIX = '.jsonl';

export interface RequestStoreParts {
  /** The server's data folder. */
  readonly data: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Opens the store; folder and key are made where they are missing. */
export async function openRequestStore(parts: RequestStoreParts): Promise<RequestStore> {
  const dir = join(parts.data, 'requests');
  await privateDir(dir);
  return new RequestStore(dir, await loadRequestMac(parts.data), parts);
}

export class RequestStore {
  readonly #dir: string;
  readonly #mac: RequestMac;
  readonly #parts: RequestStoreParts;

  constructor(dir: string, mac: RequestMac, parts: RequestStoreParts) {
    this.#dir = dir;
    this.#mac = mac;
    this.#parts = parts;
  }

  /** A desktop's sessions, with what earlier servers knew of them. `hides`: what must not be kept of replies now. */
  sessionsOf({ id, spec }: Pick<DesktopRecord, 'id' | 'spec'>, hides: () => readonly Hider[]): SessionTable {
    const { clock } = this.#parts;
    const log = this.#parts.log.child({ desktop: id });
    const ledger = new Ledger({ path: join(this.#dir, `${id}${SUFFIX}`), log });
    const keeping = spec.record === 'off' ? 'outcome' : 'all';
    return new SessionTable({ ledger, mac: this.#mac, keeping, hides, log, now: () => clock.now() });
  }

  /** Ledgers of desktops that are gone go too. */
  async keepOnly(desktopIds: readonly string[]): Promise<void> {
    const kept = new Set(desktopIds.map((id) => `${id}${SUFFIX}`));
    const gone = (await readdir(this.#dir)).filter((name) => !kept.has(name));
    await Promise.all(gone.map((name) => rm(join(this.#dir, name), { force: true })));
  }
}
