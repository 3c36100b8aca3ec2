// Characters that GTK takes for dead keys: it keeps the last 16 bits of a keysym while it looks for sequences of them.
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const LOW_BITS = 0xffff;
const PLANES = 17;
/** The last 16 bits of keysyms that begin a sequence: GTK's dead keys, Multi_key, Greek_accentdieresis. */
const DEAD = Array.from({ length: 0xfe8c - 0xfe50 + 1 }, (_unused, index) => 0xfe50 + index);
const STARTERS: ReadonlySet<number> = new Set([...DEAD, 0xff20, 0x07ae]);

/**
 * Keysyms that no program knows, one for each of Unicode's planes: what began as a dead key and ends with one of these
 * is the character of that plane. Their last 16 bits are no character's, so GTK mixes them up with nothing.
 */
const FINISHER = 0x1fff_d800;

/** What has to be pressed after a character for GTK to give it up; other programs do nothing with it. */
export function finisherOf(codePoint: number): number | undefined {
  return STARTERS.has(codePoint & LOW_BITS) ? FINISHER + (codePoint >> 16) : undefined;
}

/** The sequences, as GTK reads them from a file: of keysyms it wants the last 16 bits. */
export function composeFile(): string {
  const lines = ['# Deskreel types these sequences where GTK takes a character for a dead key.'];
  for (let plane = 0; plane < PLANES; plane += 1) {
    const finisher = hex((FINISHER + plane) & LOW_BITS);
    for (const starter of STARTERS)
      lines.push(`<U${hex(starter)}> <U${finisher}> : "\\x${hex(plane * 0x1_0000 + starter)}"`);
  }
  return `${lines.join('\n')}\n`;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');

const VERSIONS = ['gtk-3.0', 'gtk-4.0'];

/**
 * Puts the file where GTK looks, unless the user has one: it reads a single one, that of its version in the
 * configuration folder before ~/.XCompose. With the user's own these characters are lost.
 */
export async function provideComposeFile(home: string, configHome: string): Promise<void> {
  if (existsSync(join(home, '.XCompose'))) return;
  for (const version of VERSIONS) {
    const path = join(configHome, version, 'Compose');
    if (!existsSync(path)) await writeWhole(path, composeFile());
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
