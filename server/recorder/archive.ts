// A sealed trace as one ZIP: the seed's layout, made from the rows. It appears whole or not at all.
import type { KeyObject } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { streamEvents, type ArchiveEvent, type ViewedEvent } from '../../trace/events.ts';
import { FileBuffer } from '../../trace/files/file-buffer.ts';
import { eventName, framePath, JOURNAL, MANIFEST, METADATA, treePath } from '../../trace/layout.ts';
import { Manifest, signManifest, type ManifestFile } from '../../trace/manifest.ts';
import { readJournal, type Entry } from '../../trace/reader.ts';
import { FileSink } from '../../trace/zip/zip-sink.ts';
import { ZipWriter } from '../../trace/zip/zip-writer.ts';
import { PRIVATE_FILE } from '../fs-atomic.ts';
import { hashText, jsonText } from './seal.ts';

/** Characters of an event's JSON. */
const INDENTED_UP_TO = 16 * 1024;

/** A tree that is read by itself. Bytes. */
const LARGE_TREE = 1024 * 1024;

/** The archive's place beside what it is made from. */
export function archivePath(dir: string, traceId: string): string {
  return join(dir, `${traceId}.zip`);
}

/** Writes the ZIP of a sealed folder. Every entry lies in one folder named after the trace. */
export async function writeArchive(dir: string, traceId: string, key: KeyObject): Promise<void> {
  const sealed = parseWith(
    Manifest,
    parseJson(await readFile(join(dir, MANIFEST), 'utf8')),
    MANIFEST,
    'internal',
  );
  const path = archivePath(dir, traceId);
  const temporary = `${path}.tmp`;
  try {
    const zip = new ZipWriter(await FileSink.open(temporary, PRIVATE_FILE));
    const files = await addContent(zip, dir, sealed);
    const content = { trace_id: traceId, form: 'archive', journal: sealed.journal, files } as const;
    await zip.addText(`${traceId}/${MANIFEST}`, jsonText(signManifest(content, key)));
    await zip.finish();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function addContent(zip: ZipWriter, dir: string, sealed: Manifest): Promise<ManifestFile[]> {
  const known = new Map(sealed.files.map((file) => [file.name, file]));
  const pictures = new Map<string, string>();
  const files: ManifestFile[] = [];
  const copy = async (from: string, name: string, stored: boolean): Promise<void> => {
    const file = known.get(from);
    if (!file) throw new DeskreelError('internal', `${from} is not in the manifest of ${sealed.trace_id}`);
    await zip.addFile(join(dir, from), `${sealed.trace_id}/${name}`, { stored });
    files.push({ ...file, name });
  };
  const trees = new TreeTexts(dir);
  await copy(METADATA, METADATA, false);
  let number = 0;
  for await (const viewed of streamEvents(noting(pictures, readJournal(join(dir, JOURNAL))))) {
    number += 1;
    const name = eventName(number, viewed.event.type);
    const text = await eventText(trees, viewed, known);
    await zip.addText(`${sealed.trace_id}/${name}`, text);
    files.push(hashText(name, text));
  }
  for (const [name, frame] of pictures) {
    // A row may name what a loss of power took: the manifest of the folder does not have it either.
    if (known.has(framePath(frame))) await copy(framePath(frame), name, true);
  }
  await copy(JOURNAL, JOURNAL, false);
  return files;
}

/** Notes the archive names of the pictures with their frames, in the order of their numbers, as the rows go by. */
async function* noting(pictures: Map<string, string>, entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    if (entry.kind === 'row' && entry.row.type === 'frame' && 'file' in entry.row.data) {
      pictures.set(entry.row.data.file, entry.row.data.frame);
    }
    yield entry;
  }
}

class TreeTexts {
  readonly #dir: string;
  readonly #file = new FileBuffer(LARGE_TREE);

  constructor(dir: string) {
    this.#dir = dir;
  }

  async of(sha256: string): Promise<string> {
    const path = join(this.#dir, treePath(sha256));
    return (await this.#file.read(path))?.toString('utf8') ?? (await readFile(path, 'utf8'));
  }
}

async function eventText(
  trees: TreeTexts,
  { event, tree }: ViewedEvent,
  known: ReadonlyMap<string, ManifestFile>,
): Promise<string> {
  if (tree === undefined || !known.has(treePath(tree))) return readable(event);
  const content = parseJson(await trees.of(tree));
  return readable({ ...event, data: { ...event.data, tree: content } });
}

/** Indented, but for what nobody reads by eye: a tree would be four times as large. */
function readable(event: ArchiveEvent): string {
  const text = JSON.stringify(event);
  return text.length > INDENTED_UP_TO ? `${text}\n` : jsonText(event);
}
