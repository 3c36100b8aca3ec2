// Texts of whole scripts: every printable character of five of them, samples of others, and emoji that are joined.
import { seededRandom, shuffled } from '../support/random.ts';

const SCRIPTS = ['Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic'];
const LAST = 0x1_ffff;
const CJK = { from: 0x4e00, step: 41, count: 300 };
const OTHERS = 'あいうえおかがアイウエオカガ한국어글자、。「」・〜￥';
const EMOJI = ['😀', '👍🏽', '👩‍💻', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '☕️', '1️⃣', '🧑🏿‍🤝‍🧑🏻'];
/** Characters of a line. */
const LINE = 60;

/**
 * GTK keeps 16 bits of a keysym while it looks for dead keys. These characters look to it like one, and nothing that is
 * typed by keys can bring them in; docs/typing.md tells of it.
 */
function isDeadKeyToGtk(codePoint: number): boolean {
  const kept = codePoint & 0xffff;
  return (kept >= 0xfe50 && kept <= 0xfe93) || kept === 0xff20 || kept === 0x07ae;
}

/** Every printable character of a script, by Unicode's own table. */
function charactersOf(script: string): string[] {
  const isOfScript = new RegExp(`^(?=\\p{Script=${script}})\\P{C}$`, 'u');
  const characters: string[] = [];
  for (let codePoint = 0x20; codePoint <= LAST; codePoint += 1) {
    const character = String.fromCodePoint(codePoint);
    if (isOfScript.test(character) && !isDeadKeyToGtk(codePoint)) characters.push(character);
  }
  return characters;
}

/** ASCII's signs belong to no script. */
const SIGNS = Array.from({ length: 95 }, (_unused, at) => String.fromCharCode(0x20 + at));
const HAN = Array.from({ length: CJK.count }, (_unused, at) =>
  String.fromCodePoint(CJK.from + at * CJK.step),
);

const ALL: readonly string[] = [
  ...SIGNS,
  ...SCRIPTS.flatMap(charactersOf),
  ...HAN,
  ...Array.from(OTHERS),
  ...EMOJI,
];

/** All of them, or `count` that the seed chooses and every emoji; in lines, each ended by a letter. */
export function scriptsText(count = Infinity, seed = 1): string {
  const chosen = count < ALL.length ? [...shuffled(ALL, seededRandom(seed)).slice(0, count), ...EMOJI] : ALL;
  const lines: string[] = [];
  for (let at = 0; at < chosen.length; at += LINE) lines.push(`${chosen.slice(at, at + LINE).join('')}.`);
  return lines.join('\n');
}
