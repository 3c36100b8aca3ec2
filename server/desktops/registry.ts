// All desktops of this server: made, found, and taken away.
import type { DesktopSpec } from '../../protocol/desktop.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import { CleanupStack } from '../cleanup.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDriver } from '../containers/driver.ts';
import { digestOf, newId, newSecret } from '../ids.ts';
import type { Log } from '../log.ts';
import type { CommandMetrics } from '../metrics/command-metrics.ts';
import type { TraceStore } from '../recorder/traces-store.ts';
import type { RequestStore } from '../requests/request-store.ts';
import { assemble } from './assemble.ts';
import type { Desktop } from './desktop.ts';
import { untilExpired } from './expiry.ts';
import { NameTable } from './names.ts';
import { untilReady } from './readiness.ts';
import type { DesktopRecord, RecordStore } from './record-store.ts';

export interface RegistryParts {
  driver: ContainerDriver;
  store: RecordStore;
  traces: TraceStore;
  requests: RequestStore;
  clock: Clock;
  log: Log;
  metrics: CommandMetrics;
  /** What containers are labelled with. */
  serverId: string;
  /** For specs that name none. */
  image: string;
}

export class Registry {
  readonly #parts: RegistryParts;
  readonly #desktops = new Map<string, Desktop>();
  /** By the hash of their keys: looking one up tells nothing of the keys by the time that it takes. */
  readonly #byKey = new Map<string, Desktop>();
  /** Ids of desktops on their way: nobody takes their containers for orphans. */
  readonly #making = new Set<string>();
  readonly #names = new NameTable();
  readonly #closed = new AbortController();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** Returns when the desktop is ready. Where it throws, nothing is left of it; so it does when the signal ends. */
  async create(spec: DesktopSpec, signal: AbortSignal): Promise<Desktop> {
    const record = this.#newRecord(spec);
    const undo = new CleanupStack();
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    try {
      return await this.#make(record, undo, stop);
    } catch (error) {
      await undo.run().catch((failure: unknown) => this.#parts.log.error('desktop.cleanup', { failure }));
      throw error;
    }
  }

  /** All that are made and not gone. */
  list(): Desktop[] {
    return [...this.#desktops.values()].filter(({ state }) => state !== 'removed');
  }

  /** Desktops that are being made are known too. */
  has(id: string): boolean {
    return this.#desktops.has(id) || this.#making.has(id);
  }

  /** By id or by name. Throws `not_found`. */
  get(idOrName: string): Desktop {
    const desktop =
      this.#desktops.get(idOrName) ?? this.list().find(({ record }) => record.name === idOrName);
    if (desktop) return desktop;
    throw new DeskreelError('not_found', `there is no desktop ${idOrName}`);
  }

  /** The desktop that this key opens. */
  byKey(key: string): Desktop | undefined {
    const desktop = this.#byKey.get(digestOf(key));
    return desktop?.state === 'removed' ? undefined : desktop;
  }

  /** Container, network, record, name: all goes. Where the engine refuses, the desktop stays as it is. */
  async remove(desktop: Desktop, reason: string): Promise<void> {
    desktop.leaving = true;
    await this.#closeTrace(desktop);
    await this.#removeContainer(desktop);
    await desktop.lifecycle.enter(async () => {
      if (desktop.state === 'removed') return;
      desktop.become('removed', reason);
      desktop.letGo();
      desktop.dispatcher.sessions.remove();
      await desktop.recorder.discard();
      await this.#parts.store.drop(desktop.id);
      this.#desktops.delete(desktop.id);
      this.#byKey.delete(digestOf(desktop.record.accessKey));
      this.#names.free(desktop.record.name);
      this.#parts.log.info('desktop.removed', { desktop: desktop.id, reason });
    });
  }

  /** Takes a desktop into the list that was made by a former self of this server. */
  adopt(record: DesktopRecord): Desktop {
    this.#names.take(record.name);
    const desktop = assemble(this.#parts, record, 'lost');
    this.#enlist(desktop);
    return desktop;
  }

  /** Ends their traces and lets go of all desktops; they stay as they are for the next start. */
  async close(): Promise<void> {
    this.#closed.abort(new DeskreelError('guest_unavailable', 'the server is stopping'));
    const desktops = [...this.#desktops.values()];
    await Promise.all(desktops.map((desktop) => this.#closeTrace(desktop)));
    for (const desktop of desktops) desktop.letGo();
  }

  /** Before its turn: what waits for the desktop to get ready sees that it is gone, and gives way. */
  async #removeContainer(desktop: Desktop): Promise<void> {
    try {
      await this.#parts.driver.remove(desktop.id);
    } catch (error) {
      desktop.leaving = false;
      throw error;
    }
  }

  /** A trace that cannot be ended does not hold its desktop: what is on disk of it is finished at the next start. */
  async #closeTrace(desktop: Desktop): Promise<void> {
    try {
      await desktop.recorder.close();
    } catch (error) {
      this.#parts.log.error('trace.not_closed', { desktop: desktop.id, error: toDeskreelError(error) });
    }
  }

  #newRecord(spec: DesktopSpec): DesktopRecord {
    const id = newId('d');
    return {
      version: 1,
      id,
      name: spec.name ?? id,
      image: spec.image ?? this.#parts.image,
      spec,
      createdAt: new Date(this.#parts.clock.now()).toISOString(),
      guestToken: newSecret('drg'),
      accessKey: newSecret('drd'),
    };
  }

  async #make(record: DesktopRecord, undo: CleanupStack, signal: AbortSignal): Promise<Desktop> {
    const { driver, store, clock, log, serverId } = this.#parts;
    const { id, image, spec, guestToken } = record;
    const { resolution, env, cpus, memory, network } = spec;
    const started = clock.monotonic();
    this.#making.add(id);
    undo.defer('making', () => this.#making.delete(id));
    this.#names.take(record.name);
    undo.defer('name', () => this.#names.free(record.name));
    await driver.requireImage(image);
    undo.defer('record', () => store.drop(id));
    await store.save(record);
    undo.defer('container', () => driver.remove(id));
    const limits = { cpus, memory, network };
    await driver.create({ desktopId: id, serverId, image, resolution, env, guestToken, ...limits });
    signal.throwIfAborted();
    await driver.start(id);
    const desktop = assemble(this.#parts, record, 'creating');
    undo.defer('ledger', () => desktop.dispatcher.sessions.remove());
    undo.defer('link', () => desktop.letGo());
    undo.defer('recorder', () => desktop.recorder.close().then(() => desktop.recorder.discard()));
    await untilReady({ driver, clock, desktopId: id, link: desktop.link, signal });
    signal.throwIfAborted();
    desktop.become('ready', 'created');
    this.#enlist(desktop);
    log.info('desktop.created', { desktop: id, image, ms: Math.round(clock.monotonic() - started) });
    return desktop;
  }

  #enlist(desktop: Desktop): void {
    this.#making.delete(desktop.id);
    this.#desktops.set(desktop.id, desktop);
    this.#byKey.set(digestOf(desktop.record.accessKey), desktop);
    const { ttl } = desktop.record.spec;
    if (ttl !== undefined) void this.#expire(desktop, ttl);
  }

  async #expire(desktop: Desktop, ttl: number): Promise<void> {
    const { clock, log } = this.#parts;
    const until = Date.parse(desktop.record.createdAt) + ttl * 1000;
    const signal = AbortSignal.any([desktop.removed, this.#closed.signal]);
    try {
      if (await untilExpired(until, clock, signal)) await this.remove(desktop, 'its time to live is over');
    } catch (error) {
      log.error('desktop.expiry', { desktop: desktop.id, error: toDeskreelError(error) });
    }
  }
}
