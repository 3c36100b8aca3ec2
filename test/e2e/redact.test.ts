// What is taken out of a trace afterwards, and what is deleted, is on the disk nowhere: looked for in every file of the
// server, in every export, and read by tesseract in every picture. Texts that no accessibility tree tells of are among it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { TraceRedacted, TraceStopped } from '../../protocol/tracing.ts';
import type { ComputerInterface } from '../../sdk/index.ts';
import { EXPORTERS } from '../../trace/exports/registry.ts';
import { runCli } from '../support/cli.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { clickElement, findElements, readTree, waitForElement, type Wanted } from '../support/elements.ts';
import { buildHelper } from '../support/helper-image.ts';
import { knownRows, rowsOf } from '../support/saved-trace.ts';
import { filesHolding, filesIn, picturesShowing, readAllPictures } from '../support/secrets.ts';
import { eventually } from '../support/server.ts';

const execute = promisify(execFile);
const SECRETS = ['quokkaviolet', 'zebrafinch', 'tamarisk', 'crimsonvelvet'];
const BESIDE = 'foxglove';
/** A canvas: the browser tells nobody what is written on it. */
const PAGE = `<title>A sheet</title><canvas width=500 height=200></canvas><script>
const room = document.querySelector('canvas').getContext('2d');
room.font = '26px sans-serif'; room.fillText('quokkaviolet and foxglove', 10, 50);
room.font = '11px sans-serif'; room.fillText('the small print says quokkaviolet, too', 10, 100);
</script>`;
const EDITOR = { app: 'mousepad', role: 'text' };

describe('what is taken out of a finished trace', () => {
  let computer: TestComputer;
  let traceId = '';
  let redacted = '';

  before(async () => {
    await buildHelper();
    // The flight recorder is on all the while.
    computer = await startComputer({ resolution: '900x600', record: 'always' });
    traceId = await recordSecrets(computer);
  });
  after(() => computer[Symbol.asyncDispose]());

  /** What came key by key, or by two commands, is in no row; nor is a beginning of it. */
  async function assertNotTyped(): Promise<void> {
    const rows = knownRows(await readFile(join(tracesOf(), redacted, 'events.jsonl'), 'utf8'));
    const args = rowsOf(rows, 'call').map(({ data }) => JSON.stringify(data.args));
    assert.deepEqual(
      args.filter((one) => /"key":"[tamarisk]"|crim|velvet/.test(one)),
      [],
    );
    assert.deepEqual(await filesHolding([join(tracesOf(), redacted)], ['tamari', 'crimson', 'velvet']), []);
  }

  const tracesOf = (): string => join(computer.server.data, 'traces');

  it('is in no file and no picture of the new trace, which verifies and names the old one', async () => {
    const { server } = computer;
    assert.notDeepEqual(await filesHolding([join(tracesOf(), traceId)], ['quokkaviolet']), []);
    assert.notDeepEqual(await picturesShowing([join(tracesOf(), traceId)], ['quokkaviolet']), []);
    const answer = await server.api('POST', `/v1/traces/${traceId}/redact`, { texts: SECRETS });
    assert.equal(answer.status, 200, answer.text);
    const made = TraceRedacted.parse(answer.json());
    redacted = made.trace_id;
    await assertNotTyped();
    assert.equal(made.source, traceId);
    assert.deepEqual(made.pictures, ['tree', 'ocr']);
    const dir = join(tracesOf(), made.trace_id);
    assert.deepEqual(await filesHolding([dir], SECRETS), []);
    assert.deepEqual(await picturesShowing([dir], SECRETS), []);
    const read = [...(await readAllPictures([dir])).values()].join(' ');
    assert.match(read, new RegExp(BESIDE), 'what stood beside it is still there');
    const { status, out } = await runCli(server, ['trace', 'verify', made.trace_id]);
    assert.deepEqual([status, out.trim().split('\n').at(-1)?.slice(0, 2)], [0, 'ok'], out);
  });

  it('is in no export of it', async () => {
    const { server, folder } = computer;
    for (const { format, extension } of EXPORTERS) {
      const file = join(folder, `${format}.${extension}`);
      const printed = await runCli(server, ['trace', 'export', redacted, format, '--out', file]);
      assert.equal(printed.status, 0, `${format}: ${printed.err}`);
      await unpackInto(join(folder, 'exports', format), file);
    }
    assert.deepEqual(await filesHolding([join(folder, 'exports')], SECRETS), []);
    assert.deepEqual(await picturesShowing([join(folder, 'exports')], SECRETS), []);
  });

  it('is nowhere on the disk when it takes the old one’s place', async () => {
    const { server } = computer;
    // Those that the tests before made are redacted; what they were made of goes now.
    const texts = ['quokkaviolet', 'tamarisk', 'crimsonvelvet'].flatMap((text) => ['--text', text]);
    const args = ['trace', 'redact', traceId, ...texts, '--pattern', 'zebra[a-z]+', '--replace'];
    const { status, err } = await runCli(server, args);
    assert.equal(status, 0, err);
    assert.equal((await server.api('GET', `/v1/traces/${traceId}`)).status, 404);
    assert.deepEqual(await filesHolding([server.data], SECRETS), []);
    assert.deepEqual(await picturesShowing([server.data], SECRETS), []);
  });

  it('is nowhere on the disk when the whole trace is deleted', async () => {
    const { server } = computer;
    const deleted = await recordSecrets(computer);
    assert.notDeepEqual(await filesHolding([join(server.data, 'requests')], ['quokkaviolet']), []);
    assert.equal((await server.api('DELETE', `/v1/traces/${deleted}`)).status, 204);
    assert.deepEqual(await filesHolding([server.data], SECRETS), []);
    assert.deepEqual(await picturesShowing([server.data], SECRETS), []);
  });

  it('is painted over in every picture, where it is a rectangle', async () => {
    const { server, desktop, tracing } = computer;
    await tracing.start({});
    await desktop.screenshot();
    const stopped = TraceStopped.parse(
      (await server.api('POST', `/v1/desktops/${computer.computer.desktop.id}/trace/stop`)).json(),
    );
    const { out, err } = await runCli(server, [
      'trace',
      'redact',
      stopped.trace_id,
      '--region',
      '0,0,900,600',
      '--json',
    ]);
    const { trace_id: redacted } = TraceRedacted.parse(JSON.parse(out || err));
    const read = await readAllPictures([join(tracesOf(), redacted)]);
    assert.ok(read.size > 0);
    assert.deepEqual([...read.values()].join('').trim(), '');
  });
});

/** A trace in which the secrets are typed, shown, said by a program and in the title of a window; none is left on the screen. */
async function recordSecrets({ server, computer, desktop, tracing }: TestComputer): Promise<string> {
  await tracing.start({ accessibilityTree: true, pace: 'settled' });
  await desktop.writeText('~/page.html', PAGE);
  await desktop.writeText('~/quokkaviolet.txt', `zebrafinch and ${BESIDE}\n`);
  await desktop.launch('mousepad', ['/home/cua/quokkaviolet.txt']);
  await waitForElement(desktop, EDITOR);
  await clickElement(desktop, EDITOR);
  await desktop.typeText('the word is quokkaviolet ');
  await eventually(async () => {
    const [element] = findElements(await readTree(desktop), EDITOR);
    assert.match(String(element?.value), /quokkaviolet/);
  });
  for (const key of 'tamarisk') await desktop.pressKey(key);
  await desktop.typeText(' crimson');
  await desktop.typeText('velvet ');
  // The element under this point lies in a window of that title.
  await clickElement(desktop, EDITOR);
  await desktop.runCommand('echo quokkaviolet is said');
  await desktop.hotkey('ctrl', 's');
  await desktop.hotkey('ctrl', 'q');
  await isGone(desktop, EDITOR);
  await desktop.launch('chromium', ['file:///home/cua/page.html']);
  await waitForElement(desktop, { role: 'document web', title: 'A sheet' });
  await desktop.screenshot();
  await desktop.moveCursor(300, 300);
  await desktop.runCommand('pkill chromium');
  await isGone(desktop, { role: 'document web' });
  await desktop.moveCursor(5, 500);
  const answer = await server.api('POST', `/v1/desktops/${computer.desktop.id}/trace/stop`);
  return TraceStopped.parse(answer.json()).trace_id;
}

async function isGone(desktop: ComputerInterface, wanted: Wanted): Promise<void> {
  await eventually(async () => assert.deepEqual(findElements(await readTree(desktop), wanted), []));
}

/** A picture in the middle of a text, as models are sent it. */
const EMBEDDED = /iVBORw0KGgo[A-Za-z0-9+/=]+/g;

/** The files of an export, and the pictures inside of them; of a video its pictures, four of each second. */
async function unpackInto(dir: string, file: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (file.endsWith('.webm')) {
    await execute('ffmpeg', ['-v', 'error', '-i', file, '-vf', 'fps=4', join(dir, '%06d.png')]);
    return;
  }
  if (file.endsWith('.zip')) await execute('unzip', ['-q', file, '-d', dir]);
  else await copyFile(file, join(dir, 'content'));
  let embedded = 0;
  for (const path of (await filesIn([dir])).filter((name) => !name.endsWith('.png'))) {
    for (const [base64] of (await readFile(path, 'latin1')).matchAll(EMBEDDED)) {
      embedded += 1;
      await writeFile(join(dir, `embedded-${embedded}.png`), Buffer.from(base64, 'base64'));
    }
  }
}
