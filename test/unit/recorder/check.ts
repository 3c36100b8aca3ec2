// Whether a trace on disk and its archive hold what they say: signature, chain, every file's hash, every count.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseJson } from '../../../protocol/codec.ts';
import type { TraceStore } from '../../../server/recorder/traces-store.ts';
import { checkChain, lineHash } from '../../../trace/chain.ts';
import { isSigned, Manifest } from '../../../trace/manifest.ts';
import { readText } from '../../../trace/reader.ts';
import { calls, unpack, type Unpacked } from './setup.ts';

export async function checkTrace(store: TraceStore, traceId: string): Promise<Unpacked> {
  const archive = await unpack(store, traceId);
  const { dir } = await store.open(traceId);
  await checkFolder(dir, [`${traceId}.zip`]);
  await checkFolder(archive.dir, []);
  assert.equal(archive.metadata['total_events'], archive.events.length);
  assert.equal(archive.metadata['screenshot_count'], archive.pictures.length);
  assert.equal(archive.metadata['errors'], calls(archive).filter((call) => call['success'] !== true).length);
  archive.pictures.forEach((name, index) => assert.equal(Number(name.slice(0, 6)), index + 1));
  const end = archive.events.at(-1);
  assert.equal(end?.type, 'trace_end');
  assert.equal(end.data['total_events'], archive.events.length);
  assert.equal(end.data['screenshot_count'], archive.pictures.length);
  for (const call of calls(archive)) checkPicture(archive, call);
  return archive;
}

function checkPicture(archive: Unpacked, call: Record<string, unknown>): void {
  // What a client asked to see has no picture before it.
  const fields = call['method'] === 'screenshot' ? ['screenshot'] : ['screenshot', 'before'];
  for (const field of fields) {
    const name = call[field];
    if (typeof name === 'string') assert.ok(archive.pictures.includes(name), `${name} is there`);
    else assert.ok(call['evidence'], `${String(call['method'])} has ${field} or a reason`);
  }
}

/** The manifest names every file that is there, and nothing else. */
export async function checkFolder(dir: string, besides: string[]): Promise<Manifest> {
  const manifest = Manifest.parse(parseJson(await readFile(join(dir, 'manifest.json'), 'utf8')));
  assert.ok(isSigned(manifest));
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => name !== 'manifest.json' && !besides.includes(name));
  assert.deepEqual(found.sort(), manifest.files.map(({ name }) => name).sort());
  for (const { name, bytes, sha256 } of manifest.files) {
    const content = await readFile(join(dir, name));
    assert.equal(content.length, bytes, name);
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
  }
  const rows = readText(await readFile(join(dir, 'events.jsonl'), 'utf8'));
  assert.deepEqual(checkChain(rows), []);
  assert.equal(rows.length, manifest.journal.rows);
  assert.equal(lineHash(rows.at(-1)?.text ?? ''), manifest.journal.last_hash);
  return manifest;
}
