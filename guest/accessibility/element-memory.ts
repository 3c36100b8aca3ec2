// What need not be asked again at the next reading of a program. Two readings are kept: what the last one came across,
// and what this one does.
// Trap: actions may change without a word. Their names are taken from here only where the program's list of them, as a
// person reads it, is the same; that list itself only for elements that are not on the screen (closed menus are most of
// a program) and that differ in nothing else that was read of them.
import { referenceKey } from './atspi.ts';
import type { Element } from './element.ts';
import { hasState, STATE_SHOWING } from './names.ts';

interface Remembered {
  readonly role: number;
  readonly name: string;
  readonly interfaces: number;
  readonly low: number;
  readonly high: number;
  /** As a person reads them. */
  readonly shown: readonly string[];
  /** As programs use them. */
  readonly actions: string[];
  /** Names that have not been answered yet. */
  missing: number;
}

export class ElementMemory {
  readonly #own: string;
  #lastActions = new Map<string, Remembered>();
  #actions = new Map<string, Remembered>();
  #lastInterfaces = new Map<string, number>();
  #interfaces = new Map<string, number>();

  /** `own`: the program's name on its bus. */
  constructor(own: string) {
    this.#own = own;
  }

  /** Sets the actions of an element off the screen; false where they have to be asked for. */
  recallActions(element: Element): boolean {
    if (hasState(element.states, STATE_SHOWING)) return false;
    const key = this.#key(element);
    const remembered = this.#lastActions.get(key);
    if (!remembered || remembered.missing > 0 || !isSame(remembered, element)) return false;
    element.actions = remembered.actions;
    this.#actions.set(key, remembered);
    return true;
  }

  /** Notes the list of an element's actions. True where their names are known; else they are to be told by `name`. */
  rememberActions(element: Element, shown: readonly string[]): boolean {
    const key = this.#key(element);
    const last = this.#lastActions.get(key);
    const { role, name, interfaces, states } = element;
    // Chromium's lists hold empty names, which tell nothing apart.
    const known = last?.missing === 0 && last.role === role && isSameList(last.shown, shown);
    const actions = known ? last.actions : [...shown];
    const missing = known ? 0 : shown.length;
    this.#actions.set(key, { role, name, interfaces, ...states, shown, actions, missing });
    element.actions = actions;
    return known;
  }

  /** The name of one action was answered; undefined where the program has none, and the shown one stays. */
  nameAction(element: Element, at: number, name: string | undefined): void {
    const remembered = this.#actions.get(this.#key(element));
    if (name !== undefined) element.actions[at] = name;
    if (remembered) remembered.missing -= 1;
  }

  /** Interfaces come with the type of an element's object, which is the same for as long as it lives. */
  recallInterfaces(element: Element): number | undefined {
    const key = this.#key(element);
    const interfaces = this.#lastInterfaces.get(key);
    if (interfaces !== undefined) this.#interfaces.set(key, interfaces);
    return interfaces;
  }

  rememberInterfaces(element: Element): void {
    this.#interfaces.set(this.#key(element), element.interfaces);
  }

  /** Keeps what this reading came across, and no more. */
  endReading(): void {
    this.#lastActions = this.#actions;
    this.#actions = new Map();
    this.#lastInterfaces = this.#interfaces;
    this.#interfaces = new Map();
  }

  #key({ ref }: Element): string {
    return referenceKey(ref, this.#own);
  }
}

function isSame(remembered: Remembered, { role, name, interfaces, states }: Element): boolean {
  return (
    remembered.role === role &&
    remembered.name === name &&
    remembered.interfaces === interfaces &&
    remembered.low === states.low &&
    remembered.high === states.high
  );
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, at) => text !== '' && text === other[at]);
}
