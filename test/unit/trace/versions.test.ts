// A trace of every version there ever was is read, and shows the events that it showed when it was made.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkChain, lineHash } from '../../../trace/chain.ts';
import { viewEvents } from '../../../trace/events.ts';
import { VERSION } from '../../../trace/format.ts';
import { isSigned, Manifest } from '../../../trace/manifest.ts';
import { TraceOverview } from '../../../trace/metadata.ts';
import { readJournal } from '../../../trace/reader.ts';

const TRACES = join(import.meta.dirname, '../../fixtures/traces');

describe('fixtures', () => {
  it('exist for every version', async () => {
    const versions = (await readdir(TRACES)).filter((name) => /^v\d+$/.test(name));
    assert.equal(versions.length, VERSION);
  });

  for (let version = 1; version <= VERSION; version += 1) {
    it(`of version ${version} are read whole`, async () => {
      const dir = join(TRACES, `v${version}`);
      const text = async (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
      const entries = await Array.fromAsync(readJournal(join(dir, 'events.jsonl')));
      assert.ok(entries.every((entry) => entry.kind !== 'broken'));
      assert.deepEqual(checkChain(entries), []);
      const manifest = Manifest.parse(JSON.parse(await text('manifest.json')));
      assert.ok(isSigned(manifest));
      assert.equal(lineHash(entries.at(-1)?.text ?? ''), manifest.journal.last_hash);
      for (const { name, sha256 } of manifest.files) {
        const content = await readFile(join(dir, name));
        assert.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
      }
      const overview = TraceOverview.parse(JSON.parse(await text('trace_metadata.json')));
      const events = [...viewEvents(entries)];
      assert.equal(overview.total_events, events.length);
      const golden: unknown = JSON.parse(await readFile(`${dir}.events.json`, 'utf8'));
      assert.deepEqual(JSON.parse(JSON.stringify(events)), golden);
    });
  }
});
