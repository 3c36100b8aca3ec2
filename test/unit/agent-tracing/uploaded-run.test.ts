// An uploaded run where its pictures and actions are looked for: in the archive, and in the formats of other tools.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import sharp from 'sharp';
import { createTracer } from '../../../sdk/agent-tracing/create-tracer.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { entriesOf } from '../../support/exports.ts';
import { environment } from '../../support/environment.ts';
import { snapshotOf, stepResult, temporaryFolder, type Folder } from './setup.ts';
import { uploadServer, type UploadServer } from './upload-server.ts';

const RED = { r: 200, g: 0, b: 0 };
const GREEN = { r: 0, g: 160, b: 0 };
const BLUE = { r: 0, g: 0, b: 200 };

async function screenOf(background: object): Promise<string> {
  const image = sharp({ create: { width: 320, height: 200, channels: 3, background } }).png();
  return (await image.toBuffer()).toString('base64');
}

/** The strongest of the three. */
async function colourOf(picture: Buffer): Promise<string> {
  const { dominant } = await sharp(picture).stats();
  const colours: [string, number][] = [
    ['red', dominant.r],
    ['green', dominant.g],
    ['blue', dominant.b],
  ];
  return colours.toSorted((one, other) => other[1] - one[1])[0]?.[0] ?? '';
}

describe('an uploaded run', () => {
  let folder: Folder;
  let server: UploadServer;
  let id: string;
  let variables: Disposable;
  beforeEach(async () => {
    folder = await temporaryFolder();
    server = await uploadServer(folder.path);
    variables = environment({ DESKREEL_DATA: join(folder.path, 'client') });
    await traceRun();
    id = (await server.traces())[0]?.trace_id ?? '';
  });
  afterEach(async () => {
    variables[Symbol.dispose]();
    await server.close();
    await folder[Symbol.asyncDispose]();
  });

  /** A click that leads from red to green, a text that fails there, and an end that nobody looked at. */
  async function traceRun(): Promise<void> {
    const { url: apiUrl, token: apiKey } = server;
    const tracer = await createTracer({ apiUrl, apiKey, runId: 'shown', uploadTrace: true, goal: 'Paint' });
    tracer.emitStepStart('s-1', 1, 'click the second button');
    tracer.emitSnapshot(snapshotOf([1, 2], { screenshot: await screenOf(RED) }), 's-1', 1);
    tracer.emit('llm_called', { step_id: 's-1', response_text: 'CLICK(2)', response_hash: 'x' }, 's-1');
    tracer.emit('action', { kind: 'click', element_id: 2, success: true }, 's-1');
    tracer.emitSnapshot(snapshotOf([1, 2], { screenshot: await screenOf(GREEN) }), 's-1', 1);
    tracer.emitStepEnd('s-1', stepResult(true));
    tracer.emit('action_executed', { kind: 'type', text: 'hello' }, 's-2');
    tracer.emitSnapshot(snapshotOf([1], { screenshot: await screenOf(BLUE) }), 's-2', 2);
    tracer.emitStepEnd('s-2', stepResult(false));
    tracer.emit('action', { kind: 'finish' }, 's-3');
    tracer.emit('action', { kind: 'click', element_id: 99, success: true }, 's-3');
    tracer.emit('action', { kind: 'press', key: 'Enter' }, 's-3');
    tracer.emitSnapshot(snapshotOf([1], { screenshot: Buffer.from('<svg/>').toString('base64') }));
    tracer.emitRunEnd(3, 'partial');
    await tracer.close();
  }

  const exported = async (format: string): Promise<Map<string, Buffer>> =>
    entriesOf(await server.bytes(`/v1/traces/${id}/export/${format}`));

  it('has frames and commands, and holds in both of its forms', async () => {
    const folderFiles = await openTraceFiles(join(folder.path, 'server', 'traces', id));
    assert.deepEqual((await verifyTrace(folderFiles)).faults, []);
    await folderFiles[Symbol.asyncDispose]();
    const entries = await entriesOf(await server.bytes(`/v1/traces/${id}/archive`));
    const names = [...entries.keys()].map((name) => name.replace(/^[^/]+\//, ''));
    assert.deepEqual(names.filter((name) => name.endsWith('.png')).sort(), [
      '000001_screenshot.png',
      '000002_after_left_click.png',
      '000003_after_type_text.png',
    ]);
    const calls = [...entries]
      .filter(([name]) => name.endsWith('_api_call.json'))
      .map(([, text]) => (JSON.parse(String(text)) as { data: Record<string, unknown> }).data);
    assert.deepEqual(
      calls.map(({ method, args, success, error }) => ({ method, args, success, error })),
      [
        { method: 'left_click', args: { x: 14, y: 4 }, success: true, error: null },
        { method: 'type_text', args: { text: 'hello' }, success: false, error: 'failed' },
        { method: 'press_key', args: { key: 'Enter' }, success: false, error: 'unknown outcome' },
      ],
    );
    assert.match(JSON.stringify(calls[2]?.['evidence']), /neither PNG nor JPEG/);
  });

  it('shows its pictures to Playwright, around its actions and along the film strip', async () => {
    const entries = await exported('playwright');
    const events = String(entries.get('trace.trace'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const film = events.filter(({ type }) => type === 'screencast-frame').map(({ file }) => String(file));
    const colours = await Promise.all(film.map((file) => colourOf(entries.get(file) ?? Buffer.of())));
    assert.deepEqual(colours, ['red', 'green', 'blue']);
    const shown = events.filter(({ type }) => type === 'screenshot');
    assert.deepEqual(
      shown.filter(({ phase }) => phase !== 'action').map(({ phase, file }) => [phase, file]),
      [
        ['before', 'screenshots/000001_screenshot.png'],
        ['after', 'screenshots/000002_after_left_click.png'],
        ['before', 'screenshots/000002_after_left_click.png'],
        ['after', 'screenshots/000003_after_type_text.png'],
        ['before', 'screenshots/000003_after_type_text.png'],
      ],
    );
    assert.ok(events.some(({ title, type }) => type === 'before' && title === 'click the second button'));
  });

  it('is a data set of the pictures that its actions were decided on', async () => {
    const entries = await exported('imagefolder');
    const rows = String(entries.get('train/metadata.jsonl')).trim().split('\n');
    const [row, ...others] = rows.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row?.['method'], row?.['x'], row?.['y'], row?.['thought']],
      ['left_click', 14, 4, 'CLICK(2)'],
    );
    assert.equal(await colourOf(entries.get(`train/${String(row?.['file_name'])}`) ?? Buffer.of()), 'red');
  });

  it('is a video', async () => {
    const video = await server.bytes(`/v1/traces/${id}/export/video`);
    // EBML, as WebM begins.
    assert.equal(video.subarray(0, 4).toString('hex'), '1a45dfa3');
  });

  it('gives the events back that were uploaded, and nothing else', async () => {
    const lines = String((await exported('predicate')).get('shown.jsonl'))
      .trim()
      .split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    assert.deepEqual(types, [
      'run_start',
      ...['step_start', 'snapshot', 'llm_called', 'action', 'snapshot', 'step_end'],
      ...['action_executed', 'snapshot', 'step_end', 'action', 'action', 'action', 'snapshot', 'run_end'],
    ]);
  });
});
