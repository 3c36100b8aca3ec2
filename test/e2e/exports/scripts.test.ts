// The exported scripts on fresh desktops: each ends with the same text as the recording, the SDK's with the same screen.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openTrace } from '../../../trace/source/source.ts';
import { pictureAfter, readSteps } from '../../../trace/steps.ts';
import { attach, startComputer, type TestComputer } from '../../support/computer.ts';
import { findElements, readTree } from '../../support/elements.ts';
import { DESKTOP_TRACE, exported } from '../../support/exports.ts';
import { IMAGE } from '../../support/image.ts';
import { eventually, TestServer } from '../../support/server.ts';
import type { ComputerInterface } from '../../../sdk/index.ts';

const execute = promisify(execFile);
const SDK = new URL('../../../sdk/index.ts', import.meta.url).href;
/** What the recording typed and masked. */
const SECRET_1 = 'correct horse';
const TEXT = /^Good morning, "world"!\nGrüße, 漢字/;

/** What the editor holds in the end. */
async function editorText(desktop: ComputerInterface): Promise<string> {
  let value = '';
  await eventually(async () => {
    const [text] = findElements(await readTree(desktop), { app: 'mousepad', role: 'text' });
    value = String(text?.value);
    assert.match(value, TEXT);
  }, 10_000);
  return value;
}

async function lastFrame(): Promise<string> {
  await using trace = await openTrace(DESKTOP_TRACE);
  const steps = await Array.fromAsync(readSteps(trace.entries()));
  const last = steps.map(pictureAfter).findLast((frame) => frame !== undefined);
  assert.ok(last);
  return last.frame;
}

/** The desktop image with Debian's pyautogui in it; the engine keeps it until the image changes. */
async function imageWithPyautogui(): Promise<string> {
  const name = `${IMAGE}-pyautogui`;
  const lines = [
    'FROM ' + IMAGE,
    'USER root',
    'RUN apt-get update && apt-get install -y --no-install-recommends python3-pyautogui',
    'USER cua',
  ];
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].filter(
    (one) => process.env[one],
  );
  const args = proxies.flatMap((one) => ['--build-arg', one]);
  const build = spawn('docker', ['build', '-q', '-t', name, ...args, '-'], {
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  build.stdin.end(lines.join('\n'));
  assert.deepEqual(await once(build, 'exit'), [0, null], 'the image is built');
  return name;
}

/** Runs the script on that desktop. */
async function runScript({ server, folder }: TestComputer, desktop: string, script: string): Promise<void> {
  const path = join(folder, 'script.ts');
  await writeFile(path, script.replace("from 'deskreel'", `from ${JSON.stringify(SDK)}`));
  const { url, token } = server.running;
  const env = { ...process.env, DESKREEL_URL: url, DESKREEL_TOKEN: token, DESKREEL_DESKTOP: desktop };
  await execute(process.execPath, [path], { env: { ...env, SECRET_1 } });
}

/** Work that names its windows and elements by what answers said of them. */
async function recordByName(desktop: ComputerInterface): Promise<void> {
  await desktop.launch('mousepad');
  const { windowId = 0 } = await desktop.waitFor({ window: 'Mousepad' }, { timeout: 20 });
  await desktop.activateWindow(windowId);
  await desktop.setWindowPosition(windowId, 200, 150);
  const { element } = await desktop.findElement({ role: 'text' });
  await desktop.setElementValue({ id: element.id }, 'first line');
  const { element: item } = await desktop.findElement({ role: 'menu item', title: 'Select All' });
  await desktop.invokeElement({ id: item.id });
  await desktop.typeText('typed over it');
  const { pid } = await desktop.ptyCreate({});
  await desktop.ptySend(pid, 'echo done > ~/from-terminal.txt\n');
  await desktop.writeText('~/written.txt', 'written');
  await desktop.waitFor({ settled: true });
}

/** What is there to see in the end. */
async function namedEnd(desktop: ComputerInterface): Promise<object> {
  const end = async (): Promise<object> => ({
    bounds: await desktop.getActiveWindowBounds(),
    text: findElements(await readTree(desktop), { app: 'mousepad', role: 'text' })[0]?.value,
    terminal: await desktop.readText('~/from-terminal.txt'),
    written: await desktop.readText('~/written.txt'),
  });
  await eventually(async () => {
    assert.match(
      JSON.stringify(await end()),
      /"text":"typed over it","terminal":"done\\n","written":"written"/,
    );
  }, 10_000);
  return end();
}

describe('an exported script on a fresh desktop', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-scripts-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('in TypeScript with the SDK leads to the very screen that was recorded', async () => {
    await using desk = await startComputer({ resolution: '640x480', name: 'again' });
    await runScript(desk, 'again', (await exported(DESKTOP_TRACE, 'sdk')).toString());
    assert.match(await editorText(desk.desktop), TEXT);
    const frame = await lastFrame();
    await eventually(async () => {
      assert.equal((await desk.desktop.screenshotDetails()).frame, frame, 'the same pixels');
    }, 10_000);
  });

  it('in TypeScript finds windows, elements and terminals again, whose ids are others there', async () => {
    await using desk = await startComputer({ name: 'first' });
    await desk.tracing.start({ name: 'by name' });
    await recordByName(desk.desktop);
    const { dir } = await desk.stopTrace();
    await desk.server.create({ name: 'second' });
    const second = await attach(desk.server, 'second');
    // Another program's window and processes: what comes after them has other ids than on the first.
    await second.interface.launch('xfce4-terminal');
    await second.interface.waitFor({ window: 'Terminal' }, { timeout: 20 });
    await runScript(desk, 'second', (await exported(dir, 'sdk')).toString());
    assert.deepEqual(await namedEnd(second.interface), await namedEnd(desk.desktop));
    await second.stop();
  });

  it('in Python with pyautogui leads to the same text', async () => {
    await using server = await TestServer.start();
    const { id } = await server.create({ image: await imageWithPyautogui(), resolution: '640x480' });
    const computer = await attach(server, id);
    const desktop = computer.interface;
    await desktop.writeText('~/script.py', (await exported(DESKTOP_TRACE, 'pyautogui')).toString());
    const { returnCode, stderr } = await desktop.runCommand('python3 script.py', {
      env: { SECRET_1 },
      timeout: 60,
    });
    assert.equal(returnCode, 0, stderr);
    assert.match(await editorText(desktop), TEXT);
    await computer.stop();
  });
});
