// What every exporter promises: the same bytes for the same trace, one file as itself and several as a ZIP without
// folders, and an empty or a picture-less trace made whole.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MEDIA_TYPES } from '../../../trace/exports/exporter.ts';
import { EXPORTERS, exporterFor } from '../../../trace/exports/registry.ts';
import { openTrace } from '../../../trace/source/source.ts';
import { entriesOf, exported } from '../../support/exports.ts';
import { bench } from '../recorder/setup.ts';
import { CLICK, run, screenOf } from '../recorder/synthetic-guest.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** The archives of a trace without a single command, of one without pictures, and of one with all there is. */
async function archives(use: (path: string) => Promise<void>): Promise<void> {
  await using it = await bench();
  const made = async (options: Parameters<typeof it.start>[0], work: () => Promise<void>): Promise<void> => {
    const id = await it.start(options);
    await work();
    await it.recorder.stop();
    await use((await it.store.archive(id)).path);
  };
  await made({}, () => Promise.resolve());
  await made({ screenshots: false }, async () => {
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
  });
  await made({ accessibility_tree: true, name: 'all there is' }, async () => {
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(2) });
    run(it.recorder, it.guest, { command: 'type_text', params: { text: 'ä "quoted"\n', secret: false } });
    run(it.recorder, it.guest, { command: 'type_text', params: { text: 'hidden', secret: true } });
    run(it.recorder, it.guest, { command: 'screenshot', params: {} });
    it.recorder.addMetadata('task', 'do it');
    const error = { code: 'command_failed', message: 'no such program' } as const;
    run(it.recorder, it.guest, { command: 'launch', params: { app: 'nothing' }, error });
  });
}

function checkEntry(name: string, content: Buffer): void {
  assert.doesNotMatch(name, /\/$|^\/|\.\./, 'no entry for a folder');
  assert.ok(!content.includes('hidden'), `no secret in ${name}`);
  if (name.endsWith('.png')) assert.ok(content.subarray(0, 4).equals(PNG), name);
  if (name.endsWith('.json')) JSON.parse(content.toString());
  if (!name.endsWith('.jsonl')) return;
  for (const line of content.toString().split('\n')) if (line !== '') JSON.parse(line);
}

async function hasPictures(path: string): Promise<boolean> {
  await using trace = await openTrace(path);
  return trace.overview.screenshot_count > 0;
}

describe('every exporter', () => {
  it('has a format of its own, and a media type', () => {
    const formats = EXPORTERS.map(({ format }) => format);
    assert.equal(new Set(formats).size, formats.length);
    for (const { extension } of EXPORTERS) assert.ok(MEDIA_TYPES[extension]);
  });

  for (const { format, extension } of EXPORTERS) {
    it(`${format}: makes the same bytes twice, whole, of every kind of trace`, async () => {
      await archives(async (path) => {
        if (format === 'video' && !(await hasPictures(path))) {
          await assert.rejects(exported(path, format), { code: 'unsupported', message: /no pictures/ });
          return;
        }
        const [one, other] = [await exported(path, format), await exported(path, format)];
        assert.ok(one.equals(other), 'the same bytes');
        assert.ok(!one.includes('hidden'), 'no secret');
        assert.ok(!one.includes('/tmp/'), 'no path of the machine');
        if (extension === 'json') JSON.parse(one.toString());
        if (extension !== 'zip') return;
        for (const [name, content] of await entriesOf(one)) checkEntry(name, content);
      });
    });
  }

  it('is found by its format, and an unknown one is told with those that there are', () => {
    for (const { format } of EXPORTERS) assert.equal(exporterFor(format).format, format);
    assert.throws(() => exporterFor('gif'), {
      code: 'not_found',
      message: /no export format gif.*playwright/,
    });
  });
});
