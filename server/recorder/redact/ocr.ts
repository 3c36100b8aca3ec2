// Where a picture shows a text, as tesseract reads it: for what no accessibility tree tells of.
import { execFile, spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Redactor } from '../../../protocol/privacy/redactor.ts';
import type { Bounds } from '../../../protocol/primitives.ts';

const run = promisify(execFile);
/** Letters of a screen are small for tesseract. */
const SCALE = 2;

interface Word {
  readonly line: string;
  readonly text: string;
  readonly bounds: Bounds;
}

/** Whether the program is there. */
export async function hasTesseract(): Promise<boolean> {
  try {
    await run('tesseract', ['--version']);
    return true;
  } catch {
    // Not there, or not to be run: either way nothing can be read with it.
    return false;
  }
}

/** The words that a redactor hides; the whole line, where only several words together are. */
export async function placesInPicture(png: Buffer, redactors: readonly Redactor[]): Promise<Bounds[]> {
  const lines = Object.values(Object.groupBy(await readWords(png), ({ line }) => line));
  return lines.flatMap((words = []) => redactors.flatMap((redactor) => hiddenIn(words, redactor)));
}

function hiddenIn(words: readonly Word[], redactor: Redactor): Bounds[] {
  const changes = (text: string): boolean => redactor.maskText(text) !== text;
  const single = words.filter(({ text }) => changes(text));
  if (single.length > 0) return single.map(({ bounds }) => bounds);
  const texts = words.map(({ text }) => text);
  return changes(texts.join(' ')) || changes(texts.join('')) ? words.map(({ bounds }) => bounds) : [];
}

async function readWords(png: Buffer): Promise<Word[]> {
  const { width } = await sharp(png).metadata();
  const larger = await sharp(png)
    .resize({ width: width * SCALE })
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
  tesseract.stdin.end(larger);
  const [table, status] = await Promise.all([readText(tesseract.stdout), ended]);
  if (status !== 0) throw new Error(`tesseract ended with ${status ?? 'a signal'}`);
  return table.split('\n').flatMap((row) => wordOf(row) ?? []);
}

/** Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text. */
function wordOf(row: string): Word | undefined {
  const columns = row.split('\t');
  const text = columns[11]?.trim();
  if (columns[0] !== '5' || !text) return undefined;
  const [left = 0, top = 0, width = 0, height = 0] = columns.slice(6, 10).map(Number);
  const x = Math.floor(left / SCALE);
  const y = Math.floor(top / SCALE);
  const bounds = { x, y, width: Math.ceil(width / SCALE) + 1, height: Math.ceil(height / SCALE) + 1 };
  return { line: columns.slice(1, 5).join('.'), text, bounds };
}
