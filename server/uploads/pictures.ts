// Pictures that came apart from their rows, back in them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { DeskreelError } from '../../protocol/errors.ts';
import { SEQUENCE_FIELD } from '../../protocol/uploads.ts';
import { kindOf, type PredicateEvent } from '../../trace/predicate/event.ts';
import { readLines } from '../../trace/predicate/lines.ts';
import { uploadedEvent } from './check-lines.ts';
import { screenshotName, SCREENSHOTS_DIR } from './record.ts';

/** The events of the lines; `from` is the folder of the upload. Throws `conflict` where a picture is missing. */
export async function* withPictures(
  lines: string,
  from: string,
  runId: string,
): AsyncGenerator<PredicateEvent> {
  const pictures = await picturesIn(join(from, SCREENSHOTS_DIR));
  const isNumbered = await hasNumbers(lines);
  let snapshots = 0;
  for await (const line of readLines(lines)) {
    const event = uploadedEvent(line, runId);
    if (kindOf(event.type) !== 'snapshot') {
      yield event;
      continue;
    }
    snapshots += 1;
    yield await withPicture(event, pictures, isNumbered ? undefined : snapshots);
  }
}

/** Predicate's own clients say no numbers: the pictures are those of the first snapshots, in their order. */
async function hasNumbers(lines: string): Promise<boolean> {
  for await (const { text } of readLines(lines)) if (text.includes(`"${SEQUENCE_FIELD}":`)) return true;
  return false;
}

async function withPicture(
  event: PredicateEvent,
  pictures: ReadonlyMap<number, Picture>,
  place: number | undefined,
): Promise<PredicateEvent> {
  const { [SEQUENCE_FIELD]: said, ...data } = event.data;
  const sequence = typeof said === 'number' ? said : place;
  const picture = sequence === undefined ? undefined : pictures.get(sequence);
  if (typeof said === 'number' && !picture) {
    const message = `screenshot ${said} of the trace was not uploaded: PUT it, then complete`;
    throw new DeskreelError('conflict', message);
  }
  if (picture && data['screenshot_base64'] === undefined) {
    data['screenshot_base64'] = await readFile(picture.path, 'base64');
    data['screenshot_format'] = picture.format;
  }
  return { ...event, data };
}

interface Picture {
  readonly path: string;
  readonly format: string;
}

async function picturesIn(dir: string): Promise<Map<number, Picture>> {
  const pictures = new Map<number, Picture>();
  for (const name of await readdir(dir)) {
    const [, sequence, format] = /^(\d+)\.(png|jpeg)$/.exec(name) ?? [];
    if (sequence === undefined || format === undefined) continue;
    if (name === screenshotName(Number(sequence), format === 'png' ? 'png' : 'jpeg')) {
      pictures.set(Number(sequence), { path: join(dir, name), format });
    }
  }
  return pictures;
}

/** A picture of a row as a PNG of the same pixels. Rejects for what is neither PNG nor JPEG. */
export async function asPng(base64: string): Promise<Buffer> {
  const bytes = Buffer.from(base64.replace(/^data:image\/[a-z]+;base64,/, ''), 'base64');
  const isPng = bytes.subarray(0, 4).equals(PNG_START);
  // What else the library can read, such as SVG, is no screenshot.
  if (!isPng && !bytes.subarray(0, 3).equals(JPEG_START)) throw new Error('it is neither PNG nor JPEG');
  return isPng ? bytes : sharp(bytes).png().toBuffer();
}

const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
