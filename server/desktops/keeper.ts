// Keeps the list of desktops true to what the engine says: at start, after the engine was away, and when containers die.
import { toDeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDriver, ContainerEvents, ContainerState } from '../containers/driver.ts';
import type { Log } from '../log.ts';
import type { Desktop } from './desktop.ts';
import { bringBack } from './lifecycle.ts';
import { Patience } from './patience.ts';
import type { RecordStore } from './record-store.ts';
import type { Registry } from './registry.ts';

/** How often everything is compared, whatever was told: what a clean-up could not remove goes then. */
const SWEEP_MS = 60_000;

export interface KeeperParts {
  driver: ContainerDriver;
  registry: Registry;
  store: RecordStore;
  clock: Clock;
  log: Log;
  serverId: string;
}

export class Keeper implements ContainerEvents {
  readonly #parts: KeeperParts;
  readonly #stop = new AbortController();
  readonly #patience: Patience;
  #watching: Promise<unknown> = Promise.resolve();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.clock);
  }

  /** Lists what the records tell of, then follows the engine. Returns before the desktops answer again. */
  async start(): Promise<void> {
    const { registry, store, driver, serverId } = this.#parts;
    for (const record of await store.all()) registry.adopt(record);
    this.#watching = Promise.all([driver.watch(serverId, this, this.#stop.signal), this.#sweep()]);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  onConnected(): void {
    this.#parts.log.info('engine.connected');
    void this.#logged('engine.reconcile', () => this.#reconcile());
  }

  onDisconnected(reason: string): void {
    this.#parts.log.warn('engine.disconnected', { reason });
  }

  onChange(desktopId: string): void {
    const desktop = this.#find(desktopId);
    if (desktop) this.#follow(desktop);
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stop;
    for (;;) {
      await clock.sleep(SWEEP_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#logged('engine.sweep', () => this.#reconcile());
    }
  }

  /** What carries this server's label and has no record is removed; what has a record is followed. */
  async #reconcile(): Promise<void> {
    const { driver, registry, serverId } = this.#parts;
    const owned = await driver.owned(serverId);
    for (const desktop of registry.list()) this.#follow(desktop);
    for (const desktopId of owned.keys()) {
      if (!registry.has(desktopId)) {
        this.#parts.log.warn('desktop.orphan', { desktop: desktopId });
        await driver.remove(desktopId);
      }
    }
  }

  #find(desktopId: string): Desktop | undefined {
    return this.#parts.registry.list().find(({ id }) => id === desktopId);
  }

  /** Brings the desktop's state in line with its container, after what is under way with it. */
  #follow(desktop: Desktop): void {
    void this.#logged('desktop.follow', async () => {
      const state = await desktop.lifecycle.enter(async () => {
        const found = await this.#parts.driver.state(desktop.id);
        if (!desktop.leaving) await this.#settle(desktop, found);
        return found;
      });
      if (state === 'absent' && !desktop.leaving)
        await this.#parts.registry.remove(desktop, 'its container is gone');
    });
  }

  async #settle(desktop: Desktop, found: ContainerState): Promise<void> {
    switch (found) {
      case 'absent':
        return;
      case 'paused':
        desktop.become('paused', 'its container is paused');
        return;
      case 'running':
        if (desktop.state === 'paused') desktop.become('ready', 'its container was resumed');
        else if (desktop.state === 'lost') await this.#bringBack(desktop);
        return;
      case 'stopped':
        desktop.become('lost', 'its container ended');
        if (this.#patience.allows(desktop.id))
          await this.#bringBack(desktop, () => this.#patience.restarted(desktop.id));
    }
  }

  async #bringBack(desktop: Desktop, onStarted = (): void => undefined): Promise<void> {
    desktop.become('restarting', 'the server takes it over');
    const { driver, log } = this.#parts;
    await bringBack(this.#parts, desktop, this.#stop.signal, async () => {
      await driver.start(desktop.id);
      onStarted();
    });
    log.info('desktop.back', { desktop: desktop.id });
  }

  async #logged(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#parts.log.error(event, { error: toDeskreelError(error) });
    }
  }
}
