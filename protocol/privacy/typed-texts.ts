// Texts that were typed and are to be kept out of everything: what to look for elsewhere, beside the element that got them.
import { MASK } from './rules.ts';
import { patternOf } from './text-redactor.ts';

/** A shorter text would be found everywhere. Characters. */
const SHORTEST = 4;
/** Texts that are remembered; the oldest go first. */
const REMEMBERED = 500;

export class TypedTexts {
  /** What was typed at once. */
  #parts = new Set<string>();
  /** What was typed into one place, call by call: single keys make a word. */
  #runs = new Set<string>();
  #run = { place: '', text: '' };
  #pattern: RegExp | undefined;

  /** All that is looked for. */
  get all(): string[] {
    return [...this.#parts, ...this.#runs];
  }

  /** Remembers a text; what was typed before into the same `place` belongs to it. */
  add(text: string, place: string): void {
    const [first = '', ...others] = partsOf(text);
    const before = this.#run.place === place ? this.#run.text : '';
    this.#runs.delete(before);
    this.#note(this.#runs, before + first);
    for (const part of [first, ...others]) this.#note(this.#parts, part);
    this.#run = { place, text: others.at(-1) ?? before + first };
    this.#pattern = patternOf(this.all);
  }

  /** Remembers texts that were typed at some time, each by itself. */
  remember(texts: readonly string[]): void {
    for (const text of texts) this.#note(this.#parts, text);
    this.#pattern = patternOf(this.all);
  }

  /** What comes next is not typed after what was. */
  endRun(): void {
    this.#run = { place: '', text: '' };
  }

  forget(): void {
    this.#parts.clear();
    this.#runs.clear();
    this.endRun();
    this.#pattern = undefined;
  }

  /** The text with every remembered one in it replaced; the very same where there is none. */
  mask(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, MASK) : text;
  }

  #note(texts: Set<string>, text: string): void {
    if (Array.from(text.trim()).length < SHORTEST) return;
    texts.add(text);
    const [oldest] = texts;
    if (texts.size > REMEMBERED && oldest !== undefined) texts.delete(oldest);
  }
}

/** What of a text goes to one place each: tabs and line ends lead to the next. */
export function partsOf(text: string): string[] {
  return text.split(/[\t\r\n]+/u);
}

/** Whether a text shows a part of a secret: a few of its characters in a row, or all where there are fewer. */
export function showsPart(text: string, secret: string): boolean {
  const shown = text.toLowerCase();
  const characters = Array.from(secret.toLowerCase());
  const length = Math.min(SHORTEST, characters.length);
  return characters.some(
    (_one, at) =>
      at + length <= characters.length && shown.includes(characters.slice(at, at + length).join('')),
  );
}

/** Keys that write nothing: they tell nothing of what was typed. Lower case, without spaces, underscores and hyphens. */
const SILENT =
  /^(enter|return|tab|esc|escape|backspace|delete|del|insert|ins|home|end|left|right|up|down|arrow(left|right|up|down)|page(up|down)|pg(up|dn|down)|f\d{1,2}|(shift|ctrl|control|alt|meta|super|cmd|command|win|windows)(l|r|left|right)?|capslock|numlock)$/;

/** Whether a key, by its name, may write a character. */
export function writes(key: string): boolean {
  return Array.from(key).length === 1 || !SILENT.test(key.toLowerCase().replaceAll(/[ _-]/g, ''));
}
