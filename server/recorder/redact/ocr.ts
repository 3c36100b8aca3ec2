// Where a picture shows a text, as tesseract reads it: for what no accessibility tree tells of.
import { execFile, spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { DeskreelError } from '../../../protocol/errors.ts';
import type { Bounds } from '../../../protocol/primitives.ts';

const run = promisify(execFile);
const HOW_TO_GET_IT =
  'texts in pictures are read by tesseract, which is not on the machine of the server. Debian, Ubuntu: sudo apt-get install tesseract-ocr; macOS: brew install tesseract. Without it texts are found by the recorded trees alone: ask for that by ocr: false (--no-ocr)';
/** Letters of a screen are small for tesseract, and large ones are lost when they are enlarged: each size finds its own. */
const SCALES = [1, 2, 3] as const;

/** Around what was read, in pixels: its box is a guess, and edges of letters can be read, too. */
const MARGIN = 2;

/** Whether what was read is to be hidden. */
export type PictureReader = (read: string) => boolean;

interface Word {
  readonly line: string;
  readonly text: string;
  readonly bounds: Bounds;
}

/** Throws `unsupported` where the program is not there. */
export async function requireTesseract(): Promise<void> {
  try {
    await run('tesseract', ['--version']);
  } catch (cause) {
    throw new DeskreelError('unsupported', HOW_TO_GET_IT, { cause });
  }
}

/** The words that are to be hidden; the whole line, where only several words together are. */
export async function placesInPicture(png: Buffer, readers: readonly PictureReader[]): Promise<Bounds[]> {
  const places: Bounds[] = [];
  for (const scale of SCALES) {
    const lines = Object.values(Object.groupBy(await readWords(png, scale), ({ line }) => line));
    places.push(...lines.flatMap((words = []) => hiddenIn(words, readers)));
  }
  return places;
}

function hiddenIn(words: readonly Word[], readers: readonly PictureReader[]): Bounds[] {
  const isHidden = (read: string): boolean => readers.some((reads) => reads(read));
  const single = words.filter(({ text }) => isHidden(text));
  const others = words.filter((word) => !single.includes(word)).map(({ text }) => text);
  const together = isHidden(others.join(' ')) || isHidden(others.join(''));
  return (together ? words : single).map(({ bounds }) => bounds);
}

async function readWords(png: Buffer, scale: number): Promise<Word[]> {
  const { width } = await sharp(png).metadata();
  const scaled = await sharp(png)
    .resize({ width: width * scale })
    .png()
    .toBuffer();
  const tesseract = spawn('tesseract', ['stdin', 'stdout', '--psm', '11', 'tsv'], {
    env: { ...process.env, OMP_THREAD_LIMIT: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    tesseract.on('error', reject);
    tesseract.on('close', resolve);
  });
  tesseract.stdin.end(scaled);
  const [table, status] = await Promise.all([readText(tesseract.stdout), ended]);
  if (status !== 0) throw new Error(`tesseract ended with ${status ?? 'a signal'}`);
  return table.split('\n').flatMap((row) => wordOf(row, scale) ?? []);
}

/** Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text. */
function wordOf(row: string, scale: number): Word | undefined {
  const columns = row.split('\t');
  const text = columns[11]?.trim();
  if (columns[0] !== '5' || !text) return undefined;
  const [left = 0, top = 0, width = 0, height = 0] = columns.slice(6, 10).map(Number);
  const bounds = {
    x: Math.floor(left / scale) - MARGIN,
    y: Math.floor(top / scale) - MARGIN,
    width: Math.ceil(width / scale) + 2 * MARGIN,
    height: Math.ceil(height / scale) + 2 * MARGIN,
  };
  return { line: columns.slice(1, 5).join('.'), text, bounds };
}
