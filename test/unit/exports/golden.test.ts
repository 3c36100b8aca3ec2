// Each export of the recorded desktop is what it was when somebody looked at it: test/fixtures/exports/<format>/ holds its
// texts, and files.txt the hashes of all of its files. With DESKREEL_GOLDEN=write they are made anew, to be looked at.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { EXPORTERS } from '../../../trace/exports/registry.ts';
import { DESKTOP_TRACE, entriesOf, exported } from '../../support/exports.ts';

const GOLDEN = join(import.meta.dirname, '../../fixtures/exports');
const WRITE = process.env['DESKREEL_GOLDEN'] === 'write';
/** Larger texts are in files.txt only. Bytes. */
const SHOWN_UP_TO = 40_000;
/** A picture inside a text. */
const BASE64 = /[A-Za-z0-9+/]{400,}={0,2}/g;

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

async function goldenOf(format: string, extension: string): Promise<Map<string, string>> {
  const bytes = await exported(DESKTOP_TRACE, format);
  const files = extension === 'zip' ? await entriesOf(bytes) : new Map([[`export.${extension}.txt`, bytes]]);
  const golden = new Map<string, string>();
  const list = [...files].map(([name, content]) => `${sha256(content)} ${content.length} ${name}\n`);
  golden.set('files.txt', list.join(''));
  if (format === 'cua') return golden;
  for (const [name, content] of files) {
    if (/\.(png|webm)$/.test(name)) continue;
    const text = content.toString().replaceAll(BASE64, (picture) => `<${sha256(picture)}>`);
    if (text.length <= SHOWN_UP_TO) golden.set(name, text);
  }
  return golden;
}

async function write(format: string, golden: ReadonlyMap<string, string>): Promise<void> {
  await rm(join(GOLDEN, format), { recursive: true, force: true });
  for (const [name, text] of golden) {
    const path = join(GOLDEN, format, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

describe('the golden files', () => {
  // A video's bytes are those of one version of ffmpeg; video.test.ts looks at its pictures.
  for (const { format, extension } of EXPORTERS.filter((exporter) => exporter.format !== 'video')) {
    it(`of ${format} are what is exported`, async () => {
      const golden = await goldenOf(format, extension);
      if (WRITE) await write(format, golden);
      // Texts first: they show what differs, hashes do not.
      for (const [name, text] of [...golden].reverse()) {
        assert.equal(text, await readFile(join(GOLDEN, format, name), 'utf8'), name);
      }
    });
  }
});
