// Finds the accessibility bus, and finds it again after it, its launcher or the session bus was restarted.
import { type Connection, connectBus } from '../dbus/connection.ts';
import { DBusError } from '../dbus/error.ts';
import { method } from '../dbus/method.ts';
import { A11yBus, type FocusEvent } from './a11y-bus.ts';
import type { AccessibilityStatus } from './accessibility.ts';
import type { Clock } from '../clock.ts';

const BUS = 'org.freedesktop.DBus';
const LAUNCHER = 'org.a11y.Bus';
// Built without leave to activate: the launcher is a supervised service, and a second one would push it off its name.
const GET_ADDRESS = method(LAUNCHER, 'GetAddress');
const WATCH_LAUNCHER = method(BUS, 'AddMatch', [
  ['s', `type='signal',sender='${BUS}',member='NameOwnerChanged',arg0='${LAUNCHER}'`],
]);
const ATTEMPT_MS = 5000;
const RETRY_MS = 500;

export interface BusWatchOptions {
  readonly sessionBusAddress: string;
  readonly clock: Clock;
  readonly onFocus: (event: FocusEvent) => void;
  /** A bus was found, or the current one was lost. */
  readonly onChange: (status: AccessibilityStatus) => void;
}

export class BusWatch {
  readonly #options: BusWatchOptions;
  readonly #closed = new AbortController();
  /** Beside the current bus those that were current once and still have programs: these never join another one. */
  readonly #buses = new Set<A11yBus>();
  #session: Connection | undefined;
  #current: A11yBus | undefined;
  #reason = 'the accessibility bus has not been looked for yet';
  #attempt: Promise<void> | undefined;
  /** How often org.a11y.Bus changed its owner. */
  #launchers = 0;
  #cancelRetry: () => void = () => undefined;

  constructor(options: BusWatchOptions) {
    this.#options = options;
  }

  get buses(): readonly A11yBus[] {
    for (const bus of this.#buses) {
      if (!bus.alive && bus.survivors.length === 0) this.#buses.delete(bus);
    }
    return [...this.#buses];
  }

  get status(): AccessibilityStatus {
    return this.#current ? { bus: true } : { bus: false, reason: this.#reason };
  }

  /** Resolves at once where there is a current bus, else when one attempt to find it is over. Does not reject. */
  async find(): Promise<void> {
    if (this.#current || this.#closed.signal.aborted) return;
    this.#attempt ??= this.#tryOnce().finally(() => (this.#attempt = undefined));
    await this.#attempt;
  }

  close(): void {
    this.#closed.abort(new Error('the accessibility part is closing'));
    this.#cancelRetry();
    for (const bus of this.#buses) bus.close();
    this.#session?.close();
  }

  async #tryOnce(): Promise<void> {
    this.#cancelRetry();
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    try {
      const session = (this.#session ??= await this.#openSession(signal));
      let launcher: number;
      do {
        launcher = this.#launchers;
        const address = (await session.ask(LAUNCHER, '/org/a11y/bus', GET_ADDRESS, { signal })).string();
        await this.#adopt(address, signal);
        // Another launcher came meanwhile: what was adopted is the former one's bus.
      } while (launcher !== this.#launchers);
    } catch (error) {
      this.#reason = explain(error);
      this.#options.onChange(this.status);
      this.#retry();
    }
  }

  async #openSession(signal: AbortSignal): Promise<Connection> {
    const session = await connectBus({ address: this.#options.sessionBusAddress, signal, kind: 'bus' });
    try {
      session.onSignal((message) => {
        if (message.member === 'NameOwnerChanged') this.#launcherChanged();
      });
      await session.ask(BUS, '/org/freedesktop/DBus', WATCH_LAUNCHER, { signal });
    } catch (error) {
      session.close();
      throw error;
    }
    session.onLost((error) => {
      this.#session = undefined;
      this.#reason = `the session bus went away: ${error.message}`;
      this.#retry();
    });
    return session;
  }

  /** Another launcher means another bus, even while the old one still carries its programs. */
  #launcherChanged(): void {
    this.#launchers += 1;
    this.#current = undefined;
    this.#reason = 'org.a11y.Bus changed its owner';
    void this.find();
  }

  async #adopt(address: string, signal: AbortSignal): Promise<void> {
    let bus = this.buses.find((one) => one.alive && one.address === address);
    if (!bus) {
      bus = await A11yBus.open(address, this.#options.onFocus, signal);
      this.#keep(bus);
    }
    this.#current = bus;
    this.#options.onChange(this.status);
  }

  #keep(bus: A11yBus): void {
    this.#buses.add(bus);
    bus.onLost((error) => {
      if (this.#current !== bus || this.#closed.signal.aborted) return;
      this.#current = undefined;
      this.#reason = `the accessibility bus went away: ${error.message}`;
      this.#options.onChange(this.status);
      this.#retry();
    });
  }

  /** Nothing tells when a socket is there again, so it is tried. */
  #retry(): void {
    this.#cancelRetry();
    if (this.#closed.signal.aborted || (this.#current && this.#session)) return;
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => void this.#again());
  }

  async #again(): Promise<void> {
    if (!this.#session) this.#current = undefined;
    await this.find();
  }
}

function explain(error: unknown): string {
  if (error instanceof DBusError && /ServiceUnknown|NameHasNoOwner/.test(error.code)) {
    return 'no accessibility bus: nobody owns org.a11y.Bus on the session bus';
  }
  return `the accessibility bus cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
}
