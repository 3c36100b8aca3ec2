// What must not be recorded of one desktop: secrets that were typed on it, and the rules of those who record it.
import { BYTES_FIELDS, textInBase64 } from '../../protocol/base64.ts';
import { commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { ElementTarget } from '../../protocol/element.ts';
import type { KeyFocus } from '../../protocol/link.ts';
import { patternRedactor } from '../../protocol/privacy/pattern-redactor.ts';
import {
  allRules,
  type MaskRule,
  type Privacy,
  type TypedRule,
  type TypedSecret,
} from '../../protocol/privacy/rules.ts';
import { titleRedactor } from '../../protocol/privacy/title-redactor.ts';
import { TypedTexts, writes } from '../../protocol/privacy/typed-texts.ts';
import type { AskedKeys, CapturePort, CommandCall } from '../commands/observer.ts';
import type { Hider } from './hiding.ts';
import { saysSecret } from './withholding.ts';

/** What is known of the keys of one call before it is recorded. */
export interface KeyVerdict {
  /** Why its keys are not recorded; undefined where they are. */
  readonly rule: TypedRule | undefined;
  readonly focus: KeyFocus | undefined;
}

/** Milliseconds for the desktop to say where keys go: its own answer has 20 after the focus rests. */
const ASK_MS = 1500;
/** Commands whose keys go to what has the focus, or whose text goes to an element. */
export const KEY_COMMANDS: ReadonlySet<CommandName> = new Set([
  'type_text',
  'press_key',
  'key_down',
  'key_up',
  'hold_key',
  'hotkey',
  'playwright_exec',
  'set_element_value',
]);
/** Those whose keys are a text as it is, not names of keys. */
const TEXTS: ReadonlySet<CommandName> = new Set([
  'type_text',
  'set_element_value',
  'playwright_exec',
  'pty_send',
]);
const PLAIN: KeyVerdict = { rule: undefined, focus: undefined };

export class DesktopPrivacy {
  readonly #port: Pick<CapturePort, 'askFocus' | 'obey'>;
  readonly #own: Privacy | undefined;
  /** The rules of those who record, each under its own key. */
  readonly #given = new Map<string, Privacy>();
  readonly #verdicts = new Map<string, KeyVerdict>();
  readonly #typed = {
    password: new TypedTexts(),
    secret: new TypedTexts(),
    strict: new TypedTexts(),
  };
  #ruled: Hider[] = [];

  constructor(port: Pick<CapturePort, 'askFocus' | 'obey'>, own: Privacy | undefined) {
    this.#port = port;
    this.#own = own;
    this.#rule();
  }

  /** From now on these rules hold, until `release`. */
  hold(key: string, rules: Privacy | undefined): void {
    if (rules !== undefined) this.#given.set(key, rules);
    this.#rule();
    this.tellGuest();
  }

  release(key: string): void {
    if (!this.#given.delete(key)) return;
    this.#rule();
    this.tellGuest();
  }

  /** What an earlier server knew of, as the agent tells it. */
  learn(secrets: readonly TypedSecret[]): void {
    for (const { rule, text } of secrets) this.#typed[rule].remember([text]);
  }

  /** To be done for each agent: one that was started anew has forgotten. */
  tellGuest(): void {
    const texts = Object.values(this.#typed).flatMap((typed) => typed.all);
    this.#port.obey(allRules([this.#own, ...this.#given.values()]), texts);
  }

  /** Learns where the keys of a command will go; to be done in its turn, before it is recorded. */
  async prepare(call: CommandCall, signal: AbortSignal): Promise<void> {
    const text = writtenBy(call);
    if (text === undefined || saysSecret(call.params) || !KEY_COMMANDS.has(call.command)) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    const focus = await this.#port.askFocus(askedOf(call, text), limit);
    const { mode } = allRules([this.#own, ...this.#given.values()]);
    const rule = focus === 'password' ? focus : focus === 'unknown' && mode === 'strict' ? mode : undefined;
    this.#verdicts.set(call.callId, { rule, focus });
  }

  /** What was learnt, and from now on its text is kept out of everything else. */
  verdict(call: CommandCall): KeyVerdict {
    const verdict = saysSecret(call.params)
      ? { ...PLAIN, rule: 'secret' as const }
      : this.#verdicts.get(call.callId);
    this.#verdicts.delete(call.callId);
    const text = writtenBy(call);
    if (verdict?.rule && text !== undefined) this.#typed[verdict.rule].add(text, call.session);
    else if (commandSpec(call.command).input) for (const typed of Object.values(this.#typed)) typed.endRun();
    return verdict ?? PLAIN;
  }

  /** Whether a rule hides what can only be told of a whole text. */
  get hasPatterns(): boolean {
    return allRules([this.#own, ...this.#given.values()]).patterns.length > 0;
  }

  /** All that hides texts now. */
  get hiders(): readonly Hider[] {
    const typed = Object.entries(this.#typed).filter(([, texts]) => texts.all.length > 0);
    return [
      ...typed.map(([rule, texts]) => ({
        rule: rule as MaskRule,
        maskText: (text: string) => texts.mask(text),
      })),
      ...this.#ruled,
    ];
  }

  #rule(): void {
    const { titles, patterns } = allRules([this.#own, ...this.#given.values()]);
    this.#ruled = [
      ...(titles.length > 0 ? [titleRedactor(titles)] : []),
      ...(patterns.length > 0 ? [patternRedactor(patterns)] : []),
    ];
  }
}

function askedOf({ command, params }: CommandCall, text: string): AskedKeys {
  const target = command === 'set_element_value' ? ElementTarget.safeParse(params) : undefined;
  return {
    moves: /[\t\r\n]/u.test(text),
    browser: command === 'playwright_exec',
    ...(target?.success ? { element: target.data } : {}),
  };
}

/** What the keys of a command write; undefined where they write nothing. */
function writtenBy({ command, params }: CommandCall): string | undefined {
  const fields = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {};
  const written = (commandSpec(command).redact.secretParams ?? []).flatMap((name) =>
    BYTES_FIELDS.has(name) ? textIn(fields[name]) : fields[name],
  );
  const isText = TEXTS.has(command);
  const texts = written
    .filter(isTyped)
    .map(String)
    .filter((one) => isText || writes(one));
  return texts.length > 0 ? texts.join('') : undefined;
}

/** Bytes may be given as base64, or as the text that they are. */
function textIn(bytes: unknown): unknown {
  return typeof bytes === 'string' ? (textInBase64(bytes) ?? bytes) : bytes;
}

/** A number that an element is given may be a secret, too; whether it is checked is none. */
function isTyped(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
