// One accessibility bus: its registry, the programs on it, and the focus events that they send.
import { type Connection, connectBus } from '../dbus/connection.ts';
import { DBusError } from '../dbus/error.ts';
import type { Message } from '../dbus/message.ts';
import { method } from '../dbus/method.ts';
import { Application } from './application.ts';
import {
  GET_APPLICATIONS,
  readReferences,
  type Reference,
  REGISTRY,
  REGISTRY_PATH,
  registerEvent,
  ROOT_PATH,
} from './atspi.ts';

const FOCUS_EVENT = 'object:state-changed:focused';
const BUS = 'org.freedesktop.DBus';
const ADD_MATCH = method(BUS, 'AddMatch', [
  ['s', "type='signal',interface='org.a11y.atspi.Event.Object',member='StateChanged',arg0='focused'"],
]);

export interface FocusEvent {
  readonly bus: A11yBus;
  readonly ref: Reference;
  readonly focused: boolean;
}

export class A11yBus {
  /** The address with its GUID, which no other bus has. */
  readonly address: string;
  readonly #connection: Connection;
  readonly #applications = new Map<string, Application>();

  private constructor(address: string, connection: Connection) {
    this.address = address;
    this.#connection = connection;
  }

  /** Connects and registers as a listener. Rejects where the bus does not answer before `signal` ends. */
  static async open(
    address: string,
    onFocus: (event: FocusEvent) => void,
    signal: AbortSignal,
  ): Promise<A11yBus> {
    const connection = await connectBus({ address, signal, kind: 'bus' });
    const bus = new A11yBus(address, connection);
    try {
      connection.onSignal((message) => {
        const focused = readFocusSignal(message);
        if (focused === undefined) return;
        onFocus({ bus, ref: { bus: message.sender, path: message.path }, focused });
      });
      await connection.ask(BUS, '/org/freedesktop/DBus', ADD_MATCH, { signal });
      await connection.ask(REGISTRY, REGISTRY_PATH, registerEvent(FOCUS_EVENT), {
        signal,
        timeoutMs: 10_000,
      });
      return bus;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get alive(): boolean {
    return this.#connection.lost === undefined;
  }

  /** Programs whose own sockets outlived this bus: their trees can still be read, their events are lost. */
  get survivors(): Application[] {
    return [...this.#applications.values()].filter((application) => application.direct);
  }

  onLost(listener: (error: DBusError) => void): void {
    this.#connection.onLost(listener);
  }

  /** The programs in the registry's order. Those that left are forgotten. Of a lost bus: its survivors. */
  async applications(signal: AbortSignal): Promise<Application[]> {
    if (!this.alive) return this.survivors;
    const body = await this.#connection.ask(REGISTRY, ROOT_PATH, GET_APPLICATIONS, {
      signal,
      timeoutMs: 30_000,
    });
    const listed = new Set(readReferences(body).map(({ bus }) => bus));
    const missing = [...this.#applications.keys()].filter((name) => !listed.has(name));
    const present = await Promise.all(missing.map((name) => this.#isPresent(name, signal)));
    for (const [at, name] of missing.entries()) {
      // Qt and GTK4 do not join a registry that was started again, but are still there.
      if (present[at]) listed.add(name);
      else this.#drop(name);
    }
    return [...listed].map((name) => this.application(name));
  }

  application(name: string): Application {
    let application = this.#applications.get(name);
    if (!application)
      this.#applications.set(name, (application = new Application(name, this.#connection, this)));
    return application;
  }

  has(name: string): boolean {
    return this.#applications.has(name);
  }

  close(): void {
    for (const application of this.#applications.values()) application.close();
    this.#connection.close();
  }

  async #isPresent(name: string, signal: AbortSignal): Promise<boolean> {
    const call = method(BUS, 'NameHasOwner', [['s', name]]);
    return (await this.#connection.ask(BUS, '/org/freedesktop/DBus', call, { signal })).boolean();
  }

  #drop(name: string): void {
    this.#applications.get(name)?.close();
    this.#applications.delete(name);
  }
}

/** Undefined for any other signal, and for one that is not as AT-SPI has it. */
function readFocusSignal({ member, body }: Message): boolean | undefined {
  if (member !== 'StateChanged') return undefined;
  try {
    return body.string() === 'focused' ? body.int32() !== 0 : undefined;
  } catch (error) {
    if (error instanceof DBusError) return undefined;
    throw error;
  }
}
