// Tells the guard of secrets before their first key is pressed.
import type { ElementTarget } from '../../protocol/element.ts';
import { COMMANDS, type CommandName, type CommandParams } from '../../protocol/commands/table.ts';
import type { KeyFocus } from '../../protocol/link.ts';
import { writes } from '../../protocol/privacy/typed-texts.ts';
import type { Browser } from '../browser/browser.ts';
import type { TypedRule } from '../../protocol/privacy/rules.ts';
import type { PrivacyGuard } from './guard.ts';
import { leadsOn, type KeyFocusReader, type KeyTarget } from './key-focus.ts';

export interface TypingParts {
  readonly focus: KeyFocusReader;
  readonly guard: PrivacyGuard;
  readonly browser: Pick<Browser, 'focusesPassword'>;
}

export class TypingWatch {
  readonly #focus: KeyFocusReader;
  readonly #guard: PrivacyGuard;
  readonly #browser: TypingParts['browser'];
  /** What was answered to who is about to send keys. */
  #asked: KeyTarget | undefined;

  constructor({ focus, guard, browser }: TypingParts) {
    this.#focus = focus;
    this.#guard = guard;
    this.#browser = browser;
  }

  /** Where the keys of the next command go. `browser`: into its page, whatever else has the focus. */
  async ask(moves: boolean, browser: boolean): Promise<KeyFocus> {
    // It comes to the front with this, so that the focus is its own.
    const isPassword = browser && (await this.#browser.focusesPassword(moves));
    const target = await this.#focus.read(moves);
    this.#asked = isPassword ? { ...target, focus: 'password' } : target;
    return this.#asked.focus;
  }

  /** Whether the element that is about to be given a value is a password field. */
  async askElement(target: ElementTarget): Promise<KeyFocus> {
    this.#asked = await this.#focus.readElement(target);
    return this.#asked.focus;
  }

  /** Runs a command; what it types is covered from the first key on, if it is a secret. */
  async around<T>(command: CommandName, params: unknown, work: () => Promise<T>): Promise<T> {
    await this.given(command, params);
    return work();
  }

  /** The same where somebody else gives the input. */
  async given(command: CommandName, params: unknown): Promise<void> {
    const { text, secret } = typedBy(command, params);
    if (command === 'set_element_value') await this.#value(params as CommandParams<'set_element_value'>);
    if (text !== '' && (secret || this.#asked)) await this.#typed(text, secret);
    if (COMMANDS[command].input) this.#asked = undefined;
    this.#focus.given(command, params);
  }

  /** What an element is given. Where nobody asked before, it is looked for now. */
  async #value({ value, secret, ...target }: CommandParams<'set_element_value'>): Promise<void> {
    if (typeof value === 'boolean' || !(secret || this.#asked)) return;
    const { focus, element, window } = this.#asked ?? (await this.#focus.readElement(target));
    const rule = this.#ruleOf(focus, secret);
    if (rule) this.#guard.typed(rule, String(value), { element, window });
  }

  async #typed(text: string, secret: boolean): Promise<void> {
    const target = this.#asked ?? (await this.#focus.read(leadsOn(text)));
    const rule = this.#ruleOf(target.focus, secret);
    if (!rule) return;
    const isSpread = leadsOn(text.trimEnd()) && target.element !== undefined;
    const { element, window } = target;
    this.#guard.typed(rule, text, { element, window, ...(isSpread ? { several: true } : {}) });
  }

  #ruleOf(focus: KeyFocus, secret: boolean): TypedRule | undefined {
    if (secret) return 'secret';
    if (focus === 'password') return 'password';
    return focus === 'unknown' && this.#guard.strict ? 'strict' : undefined;
  }
}

/** What a command writes; empty for one that writes nothing. */
function typedBy(command: CommandName, params: unknown): { text: string; secret: boolean } {
  if (command === 'type_text') return params as CommandParams<'type_text'>;
  if (command === 'playwright_exec') {
    const given = params as CommandParams<'playwright_exec'>;
    return given.command === 'type' ? given : { text: '', secret: false };
  }
  const keys = keysOf(command, params);
  return { text: keys.map(characterOf).join(''), secret: false };
}

function keysOf(command: CommandName, params: unknown): readonly string[] {
  if (command === 'press_key' || command === 'key_down' || command === 'hold_key')
    return [(params as CommandParams<'press_key'>).key];
  return command === 'hotkey' ? (params as CommandParams<'hotkey'>).keys : [];
}

/** A key with a name writes what only its program knows; the name stands for it. */
function characterOf(key: string): string {
  if (key.toLowerCase() === 'space') return ' ';
  return writes(key) ? key : '';
}
