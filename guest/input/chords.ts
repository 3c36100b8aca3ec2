// Keys pressed, held and let go by name.
import { finisherOf } from './gtk-compose.ts';
import { isModifier, keysymsOfChord } from './keys.ts';
import type { Keyboard, Plan } from './keyboard.ts';
import { codePointOfKeysym } from '../../protocol/keysyms.ts';
import type { Reading } from './reading.ts';
import { makeCurrent } from './typist.ts';
import type { FakeEvent } from './xtest.ts';

interface HeldKey {
  /** Which pressed it last. */
  session: string;
  /** In the order of their presses. */
  readonly keycodes: readonly number[];
  readonly plan: Plan;
}

export class Chords {
  readonly #keyboard: Keyboard;
  /** What holds each key down, by keysym. */
  readonly #held = new Map<number, HeldKey>();

  constructor(keyboard: Keyboard) {
    this.#keyboard = keyboard;
  }

  /** Presses the keys one after the other and lets them go in reverse, in one breath. */
  async press(keysyms: readonly number[], reading: Reading): Promise<void> {
    const plan = await this.#plan(keysyms, reading);
    const keycodes = this.#keycodesOf(plan);
    try {
      await this.#bind(plan, reading);
      this.#keyboard.send([...pressesOf(keycodes), ...releasesOf(keycodes)]);
      if (isLent(plan)) await reading.caughtUp();
    } finally {
      this.#keyboard.giveBack(plan);
    }
    if (plan.borrowed.length > 0) await reading.mapKnown();
    await this.#finish(keysyms, reading);
  }

  /** Presses what makes GTK give up characters that it waits with. */
  async #finish(keysyms: readonly number[], reading: Reading): Promise<void> {
    for (const keysym of keysyms) {
      const codePoint = codePointOfKeysym(keysym);
      const finisher = codePoint === undefined ? undefined : finisherOf(codePoint);
      if (finisher !== undefined) await this.press([finisher], reading);
    }
  }

  /** Presses and holds. A key that is held already stays as it is, and is this session's from now on. */
  async hold(name: string, session: string, reading: Reading): Promise<void> {
    for (const keysym of keysymsOfChord(name)) {
      const held = this.#held.get(keysym);
      if (held) held.session = session;
      else await this.#holdOne(keysym, session, reading);
    }
  }

  async #holdOne(keysym: number, session: string, reading: Reading): Promise<void> {
    const plan = await this.#plan([keysym], reading);
    const keycodes = this.#keycodesOf(plan);
    this.#held.set(keysym, { session, keycodes, plan });
    for (const keycode of keycodes) this.#keyboard.held.add(keycode);
    try {
      await this.#bind(plan, reading);
      this.#keyboard.send(pressesOf(keycodes));
      if (isLent(plan)) await reading.caughtUp();
    } catch (error) {
      this.#release(keysym);
      throw error;
    }
    await this.#finish([keysym], reading);
  }

  /** Lets go, also what is not known to be held. */
  async letGo(name: string): Promise<void> {
    for (const keysym of keysymsOfChord(name).reverse()) {
      if (this.#held.has(keysym)) this.#release(keysym);
      else this.#keyboard.send(releasesOf(this.#keycodesOf(await this.#keyboard.planKeys([keysym], false))));
    }
  }

  isHolding(session: string): boolean {
    return this.#heldBy(session).length > 0;
  }

  /** Lets go what a session holds; returns how many keys that were. */
  release(session: string): number {
    const keysyms = this.#heldBy(session);
    for (const keysym of keysyms.reverse()) this.#release(keysym);
    return keysyms.length;
  }

  #heldBy(session: string): number[] {
    return [...this.#held].filter(([, key]) => key.session === session).map(([keysym]) => keysym);
  }

  #release(keysym: number): void {
    const held = this.#held.get(keysym);
    if (!held) return;
    const { keycodes, plan } = held;
    this.#keyboard.send(releasesOf(keycodes));
    this.#keyboard.giveBack(plan);
    this.#held.delete(keysym);
    for (const keycode of keycodes) this.#keyboard.held.delete(keycode);
  }

  async #bind(plan: Plan, reading: Reading): Promise<void> {
    if (!isLent(plan)) return;
    this.#keyboard.bind(plan);
    await reading.mapKnown();
  }

  async #plan(keysyms: readonly number[], reading: Reading): Promise<Plan> {
    const isShortcut = keysyms.some((keysym) => isModifier(keysym)) || this.#held.size > 0;
    const plan = await this.#keyboard.planKeys(keysyms, isShortcut);
    if (!isLent(plan)) return plan;
    await makeCurrent(this.#keyboard, reading);
    return this.#keyboard.planKeys(keysyms, isShortcut);
  }

  /** With Shift before the first key that wants it, unless it is down already. */
  #keycodesOf(plan: Plan): number[] {
    const keycodes: number[] = [];
    const shift = this.#keyboard.shiftKeycode;
    for (const stroke of plan.strokes) {
      const needsShift = stroke.shift && !keycodes.includes(shift) && !this.#keyboard.held.has(shift);
      if (needsShift) keycodes.push(shift);
      keycodes.push(stroke.keycode);
    }
    return keycodes;
  }
}

const isLent = (plan: Plan): boolean => plan.bindings.length > 0;

const pressesOf = (keycodes: readonly number[]): FakeEvent[] =>
  keycodes.map((detail) => ({ type: 'keyPress', detail }));

const releasesOf = (keycodes: readonly number[]): FakeEvent[] =>
  keycodes.toReversed().map((detail) => ({ type: 'keyRelease', detail }));
