// An export made of a fixture, and what is in it.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { exporterFor } from '../../trace/exports/registry.ts';
import { packExport } from '../../trace/exports/pack.ts';
import { openTrace } from '../../trace/source/source.ts';

/** A dozen commands on a real desktop, recorded by record-fixture.ts. */
export const DESKTOP_TRACE = join(import.meta.dirname, '../fixtures/traces/desktop.zip');

/** The bytes of an export. */
export async function exported(trace: string, format: string): Promise<Buffer> {
  await using source = await openTrace(trace);
  return await buffer(packExport(exporterFor(format), source));
}

/** All entries of a ZIP in their order, those of folders too. */
export async function entriesOf(zip: Buffer): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-zip-'));
  try {
    await writeFile(join(folder, 'export.zip'), zip);
    const archive = await openPromise(join(folder, 'export.zip'), { lazyEntries: true, autoClose: false });
    const entries = new Map<string, Buffer>();
    for await (const entry of archive.eachEntry()) {
      const content = entry.fileName.endsWith('/')
        ? Buffer.alloc(0)
        : await buffer(await archive.openReadStreamPromise(entry));
      entries.set(entry.fileName, content);
    }
    archive.close();
    return entries;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The files of an export of the recorded desktop. */
export async function exportedFiles(
  format: string,
): Promise<{ names: string[]; text: (name: string) => string; png: (name: string) => Buffer }> {
  const entries = await entriesOf(await exported(DESKTOP_TRACE, format));
  const content = (name: string): Buffer => {
    const found = entries.get(name);
    assert.ok(found, `${name} is in the export`);
    return found;
  };
  return { names: [...entries.keys()], text: (name) => content(name).toString(), png: content };
}

export const jsonLinesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
