// One connection to the X server, with requests as promises. Each part of the guest that talks X opens its own.
import x11, { type XClient, type XDisplay, type XError, type XEvent } from 'x11';
import { ignoreServerGrabs } from './server-grabs.ts';

type Request = (...args: unknown[]) => void;

/** How the package answers a request. */
export type XDone<T> = (error: Error | null, value: T) => void;

export interface Display {
  readonly client: XClient;
  readonly root: number;
  /** The bits of an id that its client chooses; ids that differ in the others are of different connections. */
  readonly resourceMask: number;
  readonly minKeycode: number;
  readonly maxKeycode: number;
  /** A request that is answered. Rejects on an X error, and when the connection ends before the answer. */
  ask<T>(request: string, ...args: unknown[]): Promise<T>;
  /** The same for whatever takes a callback: an extension's requests. */
  answer<T>(start: (done: XDone<T>) => void): Promise<T>;
  /** A request without an answer; an X error of it reaches `onError`. */
  tell(request: string, ...args: unknown[]): void;
  /** An extension's requests, once the server has said that it has it. */
  extension(name: string): Promise<Record<string, unknown>>;
  onEvent(listener: (event: XEvent) => void): void;
  onError(listener: (error: XError) => void): void;
  /** Called once, when the server is gone or the connection was closed. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** Connects to an X server, for good during server grabs too; rejects where none answers or it lacks XTEST. */
export async function openDisplay(name: string): Promise<Display> {
  const display = await connect(name);
  await ignoreServerGrabs(display);
  return display;
}

function connect(name: string): Promise<Display> {
  return new Promise((resolve, reject) => {
    const client = x11.createClient({ display: name }, (error, display) => {
      if (error) reject(error);
      else resolve(wrap(display));
    });
    client.on('error', reject);
  });
}

function wrap(display: XDisplay): Display {
  const { client } = display;
  const screen = display.screen[0];
  if (!screen) throw new Error('the X server has no screen');
  const ending = watchEnd(client);
  const request = (name: string): Request => {
    const found = client[name];
    if (typeof found !== 'function') throw new Error(`x11 has no request ${name}`);
    return found as Request;
  };
  const answer = <T>(start: (done: XDone<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const forget = ending.tell(() => {
        reject(new Error('the connection to the X server ended'));
      });
      start((error, value) => {
        forget();
        if (error) reject(error);
        else resolve(value);
      });
    });
  return {
    client,
    root: screen.root,
    resourceMask: display.resource_mask,
    minKeycode: display.min_keycode,
    maxKeycode: display.max_keycode,
    answer,
    ask: <T>(name: string, ...args: unknown[]) =>
      answer<T>((done) => {
        request(name).call(client, ...args, done);
      }),
    tell: (name, ...args) => {
      request(name).call(client, ...args);
    },
    extension: (name) =>
      answer((done) => {
        client.require(name, done);
      }),
    onEvent: (listener) => void client.on('event', listener),
    onError: (listener) => void client.on('error', listener),
    onEnd: (listener) => void ending.tell(listener),
    close: () => {
      client.terminate();
    },
  };
}

/** The end of a connection, told once to each who asked; who asks later is told at once. */
function watchEnd(client: XClient): { tell(listener: () => void): () => void } {
  const listeners = new Set<() => void>();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    for (const listener of listeners) listener();
    listeners.clear();
  };
  // A server that dies may end the stream or break it; `close` follows either.
  client.on('end', end);
  client.stream.on('close', end);
  return {
    tell: (listener) => {
      if (ended) listener();
      else listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
