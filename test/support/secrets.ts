// Looking for what must not be there: in every file of a folder, and in what a person reads in its pictures.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readPictures } from './helper-image.ts';

const SCALES = [1, 2] as const;

/** `<text> in <path>` for each file in the folders that holds one of the texts, in whatever case. */
export async function filesHolding(folders: readonly string[], wanted: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of await filesIn(folders)) {
    const content = (await readFile(path)).toString('latin1').toLowerCase();
    found.push(...wanted.filter((text) => content.includes(text)).map((text) => `${text} in ${path}`));
  }
  return found;
}

export async function filesIn(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    found.push(
      ...entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)),
    );
  }
  return found;
}

/** Letters alone: tesseract sees dots where none are. */
export function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** What tesseract reads in each PNG of the folders, as it is and enlarged: its letters, by the picture's path. */
export async function readAllPictures(folders: readonly string[]): Promise<Map<string, string>> {
  const pictures = (await filesIn(folders)).filter((path) => path.endsWith('.png'));
  const room = await mkdtemp(join(tmpdir(), 'deskreel-read-'));
  try {
    // Equal pictures are read once.
    const names = new Map<string, string>();
    for (const path of pictures) names.set(path, await copyScaled(path, room));
    const texts = pictures.length > 0 ? await readPictures(room) : new Map<string, string>();
    const read = (name: string): string =>
      SCALES.map((scale) => texts.get(nameOf(name, scale)) ?? '').join(' ');
    return new Map([...names].map(([path, name]) => [path, lettersOf(read(name))]));
  } finally {
    await rm(room, { recursive: true });
  }
}

/** Puts the picture into the folder in each size; returns what its copies are named by. */
async function copyScaled(path: string, folder: string): Promise<string> {
  const png = await readFile(path);
  const name = createHash('sha256').update(png).digest('hex');
  if (existsSync(join(folder, nameOf(name, 1)))) return name;
  const { width } = await sharp(png).metadata();
  for (const scale of SCALES) {
    const copy = join(folder, nameOf(name, scale));
    await sharp(png)
      .resize({ width: scale * width })
      .toFile(copy);
  }
  return name;
}

const nameOf = (name: string, scale: number): string => `${name}-${scale}.png`;

/** `<text> in <path>` for each picture in the folders that shows one of the texts. */
export async function picturesShowing(
  folders: readonly string[],
  wanted: readonly string[],
): Promise<string[]> {
  const read = await readAllPictures(folders);
  return [...read].flatMap(([path, letters]) =>
    wanted.filter((text) => letters.includes(text)).map((text) => `${text} in ${path}`),
  );
}
