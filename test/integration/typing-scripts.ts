// Texts of whole scripts: every printable character of five of them, samples of others, and emoji that are joined.
import { seededRandom, shuffled } from '../support/random.ts';

const SCRIPTS = ['Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic'];
const LAST = 0x1_ffff;
const CJK = { from: 0x4e00, step: 41, count: 300 };
const OTHERS = 'あいうえおかがアイウエオカガ한국어글자、。「」・〜￥';
const EMOJI = ['😀', '👍🏽', '👩‍💻', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '☕️', '1️⃣', '🧑🏿‍🤝‍🧑🏻'];
/** Characters of a line. */
const LINE = 60;

/** Every printable character of a script, by Unicode's own table. */
function charactersOf(script: string): string[] {
  const isOfScript = new RegExp(`^(?=\\p{Script=${script}})\\P{C}$`, 'u');
  const characters: string[] = [];
  for (let codePoint = 0x20; codePoint <= LAST; codePoint += 1) {
    const character = String.fromCodePoint(codePoint);
    if (isOfScript.test(character)) characters.push(character);
  }
  return characters;
}

/**
 * What looks to GTK like a dead key, of which it keeps 16 bits: the forms and signs from U+FE50 on, the full-width @, and
 * what ends like Greek's accent with a diaeresis. Of any script: all of them are in every text.
 */
const LIKE_DEAD_KEYS = [
  ...Array.from({ length: 0x44 }, (_unused, at) => 0xfe50 + at),
  ...[0xff20, 0x07ae, 0x1_07ae, 0x2_07ae, 0x3_07ae],
]
  .map((codePoint) => String.fromCodePoint(codePoint))
  .filter((character) => /\P{C}/u.test(character));

/** ASCII's signs belong to no script. */
const SIGNS = Array.from({ length: 95 }, (_unused, at) => String.fromCharCode(0x20 + at));
const HAN = Array.from({ length: CJK.count }, (_unused, at) =>
  String.fromCodePoint(CJK.from + at * CJK.step),
);

const ALL: readonly string[] = [...SIGNS, ...SCRIPTS.flatMap(charactersOf), ...HAN, ...Array.from(OTHERS)];

/** What every text has, however short. */
const ALWAYS = [...LIKE_DEAD_KEYS, ...EMOJI];

/** All of them, or `count` that the seed chooses beside those of every text; in lines, each ended by a full stop. */
export function scriptsText(count = Infinity, seed = 1): string {
  const others = count < ALL.length ? shuffled(ALL, seededRandom(seed)).slice(0, count) : ALL;
  const chosen = [...others, ...ALWAYS];
  const lines: string[] = [];
  for (let at = 0; at < chosen.length; at += LINE) lines.push(`${chosen.slice(at, at + LINE).join('')}.`);
  return lines.join('\n');
}
