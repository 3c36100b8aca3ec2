// Asks windows whether they have read their events so far, by the ping of the window manager's protocol.
import type { XEvent } from 'x11';
import type { Display } from '../x/display.ts';

export interface PingAtoms {
  readonly ping: number;
  readonly protocols: number;
}

export interface Pinger {
  /** Those of `windows` that had not answered after `timeoutMs`. Toolkits answer in order with the keys they read. */
  ask(windows: readonly number[], timeoutMs: number, signal: AbortSignal): Promise<readonly number[]>;
}

interface Waiting {
  readonly windows: Set<number>;
  readonly done: () => void;
}

const FIRST_TOKEN = 0x4000_0000;
const LAST_TOKEN = 0x7fff_ffff;

const STRUCTURE_NOTIFY = 0x20000;
const BAD_WINDOW = 3;

/** The display's connection must be told of what is sent to the root window (SubstructureNotify). */
export function createPinger(display: Display, atoms: PingAtoms): Pinger {
  const waiting = new Map<number, Waiting>();
  let token = FIRST_TOKEN;
  const answered = (window: number, entry: Waiting): void => {
    entry.windows.delete(window);
    if (entry.windows.size === 0) entry.done();
  };
  /** A window that closed has read all that it ever will. */
  const gone = (window: unknown): void => {
    if (typeof window !== 'number') return;
    for (const entry of waiting.values()) answered(window, entry);
  };
  display.onEvent((event) => {
    if (event.name === 'DestroyNotify') gone(event['wid']);
    const pong = readPong(event, display.root, atoms);
    const entry = pong && waiting.get(pong.token);
    if (entry) answered(pong.window, entry);
  });
  display.onError((error) => {
    if (error.error === BAD_WINDOW) gone(error.badParam);
  });
  return {
    ask: async (windows, timeoutMs, signal) => {
      signal.throwIfAborted();
      if (windows.length === 0) return [];
      token = token === LAST_TOKEN ? FIRST_TOKEN : token + 1;
      const mine = token;
      const open = new Set(windows);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const done = (): void => {
        resolve(undefined);
      };
      waiting.set(mine, { windows: open, done });
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      for (const window of windows) send(display, atoms, window, mine);
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      waiting.delete(mine);
      signal.throwIfAborted();
      return [...open];
    },
  };
}

function send(display: Display, atoms: PingAtoms, window: number, token: number): void {
  display.tell('ChangeWindowAttributes', window, { eventMask: STRUCTURE_NOTIFY });
  display.tell('SendEvent', window, 0, 0, {
    name: 'ClientMessage',
    format: 32,
    wid: window,
    message_type: atoms.protocols,
    data: [atoms.ping, token, window, 0, 0],
  });
}

function readPong(
  event: XEvent,
  root: number,
  atoms: PingAtoms,
): { token: number; window: number } | undefined {
  if (event.name !== 'ClientMessage' || event['wid'] !== root) return undefined;
  if (event['message_type'] !== atoms.protocols) return undefined;
  const [kind, token, window] = event['data'] as readonly number[];
  if (kind !== atoms.ping || token === undefined || window === undefined) return undefined;
  return { token, window };
}
