// The Playwright export in Playwright's own viewer, as it is shipped, in a real Chromium on a desktop: what a person sees.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Bounds } from '../../../protocol/primitives.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { clickElement, waitForElement } from '../../support/elements.ts';
import { DESKTOP_TRACE, entriesOf, exported } from '../../support/exports.ts';
import { eventually } from '../../support/server.ts';

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../../../node_modules/playwright-core', import.meta.url));
const PORT = 9323;

/** Serves a folder on the desktop, where `localhost` makes it a place for the viewer's service worker. */
const SERVER = `
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', zip: 'application/zip' };
createServer((request, response) => {
  const path = process.argv[2] + new URL(request.url, 'http://localhost').pathname;
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[path.split('.').pop()] ?? 'application/octet-stream' });
  createReadStream(path).pipe(response);
}).listen(${PORT}, '127.0.0.1');
`;

/** What the viewer is to show in that place: the picture that the drag led to. */
async function pictureAt({ width, height }: Bounds): Promise<Buffer> {
  const archive = await entriesOf(await exported(DESKTOP_TRACE, 'playwright'));
  const picture = archive.get('screenshots/000008_after_drag.png');
  assert.ok(picture);
  return sharp(picture).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
}

const region = ({ x, y, width, height }: Bounds) => ({ left: x, top: y, width, height });

/** The mean difference of two pictures' bytes, 0 to 255. */
function difference(one: Buffer, other: Buffer): number {
  assert.equal(one.length, other.length);
  return one.reduce((sum, byte, index) => sum + Math.abs(byte - (other[index] ?? 0)), 0) / one.length;
}

describe("the Playwright export in Playwright's own readers", () => {
  let desk: TestComputer;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-viewer-'));
    await writeFile(join(folder, 'trace.zip'), await exported(DESKTOP_TRACE, 'playwright'));
    desk = await startComputer({ resolution: '1280x800' });
  });
  after(async () => {
    await desk[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('is read by its command line: every action, the failed one with its error', async () => {
    const read = async (...words: string[]): Promise<string> => {
      const args = [join(PACKAGE, 'cli.js'), 'trace', ...words];
      return (await execute(process.execPath, args, { cwd: folder })).stdout;
    };
    assert.match(await read('open', 'trace.zip'), /Title: +a greeting[^]*Actions: +21/);
    const actions = await read('actions');
    for (const text of [
      'Launch "mousepad"',
      'Type "Grüße, 漢字"',
      'Drag along a path 120, 120',
      'Screenshot',
    ]) {
      assert.ok(actions.includes(text), `${text} in\n${actions}`);
    }
    assert.match(await read('errors'), /Click 9999, 10.*\n+.*outside the 640x480 screen/);
    assert.match(await read('action', '8'), /text: +"Grüße, 漢字"[^]*verified: +true/);
    await read('attachment', '1', '-o', 'picture.png');
    assert.equal((await sharp(join(folder, 'picture.png')).metadata()).width, 640);
  });

  it('opens in its viewer: the actions, their pictures, and where the pointer was', async () => {
    const { desktop } = desk;
    await execute('tar', [
      '-czf',
      join(folder, 'viewer.tgz'),
      '-C',
      join(PACKAGE, 'lib/vite/traceViewer'),
      '.',
    ]);
    await desktop.writeBytes('~/viewer.tgz', await readFile(join(folder, 'viewer.tgz')));
    await desktop.writeBytes('~/trace.zip', await readFile(join(folder, 'trace.zip')));
    await desktop.writeText('~/serve.mjs', SERVER);
    await desktop.runCommand('mkdir -p viewer && tar -xzf viewer.tgz -C viewer && mv trace.zip viewer/');
    await desktop.launch('node', ['serve.mjs', '/home/cua/viewer']);
    const url = `http://localhost:${PORT}/index.html?trace=${encodeURIComponent(`http://localhost:${PORT}/trace.zip`)}`;
    await desktop.launch('chromium', ['--start-maximized', url]);
    await clickElement(desktop, { role: 'static', title: 'Drag along a path 120, 120' });
    await clickElement(desktop, { role: 'page tab', title: 'After' });
    const { bounds } = await waitForElement(desktop, { role: 'image', title: 'Screenshot' });
    await eventually(async () => {
      const shown = await sharp(await desktop.screenshot())
        .extract(region(bounds))
        .removeAlpha()
        .raw()
        .toBuffer();
      assert.ok(difference(shown, await pictureAt(bounds)) < 10, 'the picture after the drag is shown');
    });
  });
});
