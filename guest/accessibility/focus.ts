// Knows which element has the keyboard focus by the events that programs send, without walking any tree.
import type { BodyReader } from '../dbus/reader.ts';
import type { Method } from '../dbus/method.ts';
import type { Clock } from '../clock.ts';
import type { A11yBus, FocusEvent } from './a11y-bus.ts';
import type { FocusedElement } from './accessibility.ts';
import * as atspi from './atspi.ts';
import { type Element, MAX_FOCUSED_TEXT } from './element.ts';
import { hasState, roleName, STATE_EDITABLE, STATE_FOCUSED, stateNames } from './names.ts';
import type { Program } from './programs.ts';
import type { WindowOwners } from '../windows/x-windows.ts';

/** What the focus needs of a bus. */
export type FocusBus = Pick<A11yBus, 'alive' | 'address' | 'application'>;

/** Where an element is. */
export interface Place {
  readonly bus: FocusBus;
  readonly ref: atspi.Reference;
}

/** Milliseconds after an element took the focus in which another may: a page first, then the entry in it. */
const REST_MS = 25;

export class FocusTracker {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #place: Place | undefined;
  #movedMs = -Infinity;
  readonly heard = ({ bus, ref, focused }: Place & Pick<FocusEvent, 'focused'>): void => {
    if (focused) {
      this.#place = { bus, ref };
      this.#movedMs = this.#clock.now();
      for (const wake of this.#waiting) wake();
    } else if (this.#isAt(bus, ref)) this.#place = undefined;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the focus has moved after `sinceMs` and rests, or after `timeoutMs`. */
  moved(sinceMs: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancelRest = (): void => undefined;
      const done = (): void => {
        cancelLimit();
        cancelRest();
        this.#waiting.delete(wake);
        resolve();
      };
      const wake = (): void => {
        cancelRest();
        if (this.#movedMs > sinceMs) cancelRest = this.#clock.after(REST_MS, done);
      };
      const cancelLimit = this.#clock.after(timeoutMs, done);
      this.#waiting.add(wake);
      wake();
    });
  }

  /** A walk came across the focus. What was heard is better: it is newer, and toolkits leave stale marks behind. */
  found(place: Place): void {
    if (!this.place) this.#place = place;
  }

  /** Where the focus is; undefined where no program has told of it, or its bus is gone. */
  get place(): Place | undefined {
    return this.#place?.bus.alive ? this.#place : undefined;
  }

  #isAt(bus: FocusBus, ref: atspi.Reference): boolean {
    return this.#place?.bus === bus && this.#place.ref.bus === ref.bus && this.#place.ref.path === ref.path;
  }
}

/** Finds the focus in a reading of the program whose window is active. */
export function findFocus(
  programs: readonly Program[],
  { active }: WindowOwners,
  tracker: FocusTracker,
): void {
  for (const { bus, application, read } of programs) {
    if (active === undefined || application.pid !== active) continue;
    const element = findMarked(read.root);
    if (element) tracker.found({ bus, ref: element.ref });
  }
}

/** Of several elements with the mark the one that takes text: Qt marks the tab of a page beside its text. */
function findMarked(root: Element): Element | undefined {
  const marked: Element[] = [];
  const collect = (element: Element): void => {
    if (hasState(element.states, STATE_FOCUSED)) marked.push(element);
    element.children.forEach(collect);
  };
  collect(root);
  return marked.find(({ states }) => hasState(states, STATE_EDITABLE)) ?? marked.at(-1);
}

/**
 * The element at `place`, unless it is known that another program's window is active: a program without a tree does not
 * tell that it took the focus. Rejects when `signal` ends first.
 */
export async function readIfActive(
  place: Place,
  id: string,
  owners: Promise<WindowOwners>,
  signal: AbortSignal,
): Promise<FocusedElement | undefined> {
  const [element, { active, all }] = await Promise.all([
    readFocused(place, id, signal),
    sooner(owners, signal),
  ]);
  const { pid } = place.bus.application(place.ref.bus);
  // A process without windows of its own draws into another's, as browsers do for their pages.
  const elsewhere = active !== undefined && pid !== undefined && pid !== active && all.has(pid);
  return elsewhere ? undefined : element;
}

function sooner<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
    answer.then(resolve, reject);
  });
}

/** Reads the element at `place`; undefined where it is not focused any more. Rejects when `signal` ends first. */
async function readFocused(
  { bus, ref }: Place,
  id: string,
  signal: AbortSignal,
): Promise<FocusedElement | undefined> {
  const application = bus.application(ref.bus);
  await application.introduce(signal);
  const ask = <T>(call: Method, read: (body: BodyReader) => T): Promise<T> =>
    application.ask(ref, call, read, signal);
  const [role, states, title, interfaces] = await Promise.all([
    ask(atspi.GET_ROLE, (body) => body.uint32()),
    ask(atspi.GET_STATE, atspi.readStates),
    ask(atspi.GET_NAME, (body) => String(body.variant('s'))),
    ask(atspi.GET_INTERFACES, atspi.readInterfaces),
  ]);
  if (!hasState(states, STATE_FOCUSED)) return undefined;
  const element = { id, role: roleName(role), title, states: stateNames(states) };
  if (!(interfaces & atspi.HAS_TEXT)) return element;
  const [length, caret] = await Promise.all([
    ask(atspi.GET_LENGTH, (body) => Number(body.variant('i'))),
    ask(atspi.GET_CARET, (body) => Number(body.variant('i'))),
  ]);
  const call = atspi.getText(Math.min(length, MAX_FOCUSED_TEXT));
  const text = length > 0 ? await ask(call, (body) => body.string()) : '';
  return { ...element, text, caret, length };
}
