// One program on an accessibility bus: who it is and how it is reached.
import { readFile } from 'node:fs/promises';
import { type Connection, connectBus, type OnReply } from '../dbus/connection.ts';
import { DBusError, TIMED_OUT } from '../dbus/error.ts';
import { type Method, method } from '../dbus/method.ts';
import type { BodyReader } from '../dbus/reader.ts';
import { ElementMemory } from './element-memory.ts';
import { GET_NAME, GET_OWN_ADDRESS, GET_TOOLKIT, type Reference, ROOT_PATH } from './atspi.ts';

const BUS = 'org.freedesktop.DBus';

/** Toolkits that answer (0,0) for every position on the screen. */
const WITHOUT_SCREEN_POSITIONS = new Set(['GTK']);

/** Callers bring a signal that ends sooner. */
const PATIENCE_MS = 60_000;
const PEER_MS = 1000;

/** The other programs on the same bus: elements may belong to one and stand in the tree of another. */
export interface Siblings {
  has(name: string): boolean;
  application(name: string): Application;
}

export class Application {
  /** Its unique name on the bus. */
  readonly name: string;
  readonly memory: ElementMemory;
  readonly #bus: Connection;
  readonly #siblings: Siblings;
  readonly #closed = new AbortController();
  #introduction: Promise<void> | undefined;
  #pid: number | undefined;
  #title = '';
  #toolkit: string | undefined;
  #peer: Connection | undefined;

  constructor(name: string, bus: Connection, siblings: Siblings) {
    this.name = name;
    this.memory = new ElementMemory(name);
    this.#bus = bus;
    this.#siblings = siblings;
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  /** What a person calls it; its bus name where it has not told yet. */
  get title(): string {
    return this.#title || this.name;
  }

  /** Its own socket is open: a third less per call than through the bus, and it has a cache worth asking. */
  get direct(): boolean {
    return this.#peer !== undefined && this.#peer.lost === undefined;
  }

  get screenPositions(): boolean {
    return !WITHOUT_SCREEN_POSITIONS.has(this.#toolkit ?? '');
  }

  /**
   * Learns what does not change while the program runs. Rejects when it does not answer before `signal` ends; what was
   * asked then stays asked, once, for whoever comes next.
   */
  async introduce(signal: AbortSignal): Promise<void> {
    if (this.#toolkit !== undefined) return;
    this.#introduction ??= this.#learn().finally(() => (this.#introduction = undefined));
    await unlessAborted(this.#introduction, signal);
  }

  /** Learns the process that it runs in, from the bus: also where the program itself does not answer. */
  async identify(signal: AbortSignal): Promise<void> {
    this.#pid ??= await this.#askPid(signal);
  }

  call(ref: Reference, call: Method, onReply: OnReply, owner: object): void {
    const peer = this.#peerOf(ref);
    if (peer) peer.call(undefined, ref.path, call, onReply, owner);
    else this.#bus.call(ref.bus, ref.path, call, onReply, owner);
  }

  /** One call as a promise; rejects with the error reply, or with the signal's reason when that ends first. */
  async ask<T>(ref: Reference, call: Method, read: (body: BodyReader) => T, signal: AbortSignal): Promise<T> {
    const peer = this.#peerOf(ref);
    const options = { signal, timeoutMs: PATIENCE_MS };
    return read(await (peer ?? this.#bus).ask(peer ? undefined : ref.bus, ref.path, call, options));
  }

  /** Forgets the calls of `owner`. */
  abandon(owner: object): void {
    this.#peer?.abandon(owner);
    this.#bus.abandon(owner);
  }

  close(): void {
    this.#closed.abort(new Error('the program left the bus'));
    this.#peer?.close();
  }

  #peerOf(ref: Reference): Connection | undefined {
    if (ref.bus === this.name) return this.direct ? this.#peer : undefined;
    if (!this.#siblings.has(ref.bus)) return undefined;
    const sibling = this.#siblings.application(ref.bus);
    return sibling.direct ? sibling.#peer : undefined;
  }

  async #learn(): Promise<void> {
    const { signal } = this.#closed;
    this.#pid ??= await this.#askPid(signal);
    this.#title = await processName(this.#pid);
    const [title, toolkit, address] = await Promise.all([
      this.#askText(GET_NAME),
      this.#askText(GET_TOOLKIT),
      this.#askAddress(),
    ]);
    this.#title = title || this.#title;
    if (address.startsWith('unix:')) this.#peer = await this.#openPeer(address);
    this.#toolkit = toolkit;
  }

  async #askPid(signal: AbortSignal): Promise<number> {
    const call = method(BUS, 'GetConnectionUnixProcessID', [['s', this.name]]);
    return (await this.#bus.ask(BUS, '/org/freedesktop/DBus', call, { signal })).uint32();
  }

  async #askText(call: Method): Promise<string> {
    const body = await this.#bus.ask(this.name, ROOT_PATH, call, this.#patience);
    return String(body.variant('s'));
  }

  /** Empty where the toolkit has no sockets of its own (GTK4). */
  async #askAddress(): Promise<string> {
    try {
      return (await this.#bus.ask(this.name, ROOT_PATH, GET_OWN_ADDRESS, this.#patience)).string();
    } catch (error) {
      if (error instanceof DBusError && error.code !== TIMED_OUT) return '';
      throw error;
    }
  }

  /** A socket that cannot be opened costs speed only: the bus leads to the same elements. */
  async #openPeer(address: string): Promise<Connection | undefined> {
    const { signal } = this.#closed;
    const either = AbortSignal.any([signal, AbortSignal.timeout(PEER_MS)]);
    try {
      return await connectBus({ address, signal: either, kind: 'peer' });
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  get #patience(): { signal: AbortSignal; timeoutMs: number } {
    return { signal: this.#closed.signal, timeoutMs: PATIENCE_MS };
  }
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('given up'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function processName(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  } catch {
    // It ended a moment ago; its bus name has to do.
    return '';
  }
}
