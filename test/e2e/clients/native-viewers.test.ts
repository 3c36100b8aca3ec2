// Native VNC viewers, which know nothing of WebSockets or tokens: an unmodified one from PyPI, and one of 1998's protocol.
import assert from 'node:assert/strict';
import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { take } from '../../../sdk/vnc/arrivals.ts';
import { responseTo } from '../../../sdk/vnc/vnc-authentication.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement } from '../../support/elements.ts';
import { changedPixels, decodePicture } from '../../support/picture.ts';
import { clientsPython } from '../../support/python.ts';
import { rowsOf } from '../../support/saved-trace.ts';
import { eventually } from '../../support/server.ts';

const command = promisify(execFile);
const EDITOR = { role: 'text', app: 'mousepad' };
const TEXT = 'by a native viewer';
const Opened = z.object({
  host: z.literal('127.0.0.1'),
  port: z.int().positive(),
  password: z.string().length(8),
});
const Typed = z.object({ text: z.string() });
const WITHIN_MS = 20_000;

describe('the port for native viewers', () => {
  let desk: TestComputer;
  let python: string;
  let gateway: ChildProcess;
  let told = '';
  let at: z.infer<typeof Opened>;
  before(async () => {
    desk = await startComputer({ resolution: '900x600' });
    python = await clientsPython();
    const args = ['vnc', desk.computer.desktop.id, '--port', '0', '--actor', 'alice', '--json'];
    const started = startCli(desk.server, args);
    started.stderr.on('data', (text: Buffer) => (told += text.toString()));
    at = Opened.parse(JSON.parse(await jsonOf(started.stdout)));
    gateway = started;
  });
  after(async () => {
    if (gateway.exitCode === null) gateway.kill('SIGKILL');
    await desk[Symbol.asyncDispose]();
  });

  const toldOf = (what: RegExp): Promise<void> =>
    eventually(() => {
      assert.match(told, what);
      return Promise.resolve();
    });
  const view = (password: string, ...actions: string[]): Promise<unknown> =>
    command(python, ['-m', 'vncdotool.command', '-s', `${at.host}::${at.port}`, '-p', password, ...actions], {
      timeout: 60_000,
    });

  it('shows the desktop, and what is done there is recorded under the name that was given', async () => {
    await desk.desktop.launch('mousepad');
    const { x, y } = centreOf((await waitForElement(desk.desktop, EDITOR)).bounds);
    await desk.tracing.start({ name: 'native viewer' });
    const keys = Array.from(TEXT, (letter) => ['key', letter === ' ' ? 'space' : letter]).flat();
    const picture = join(desk.folder, 'viewer.png');
    await view(
      at.password,
      'move',
      String(x),
      String(y),
      'click',
      '1',
      ...keys,
      'pause',
      '1.5',
      'capture',
      picture,
    );
    const [editor] = findElements(await readTree(desk.desktop), EDITOR);
    assert.equal(editor?.value, TEXT);
    const seen = await decodePicture(await readFile(picture));
    const real = await decodePicture(await desk.desktop.screenshot());
    // vncdotool leaves a part of the panel black, on any server; a text cursor blinks.
    const window = { x: 100, y: 100, width: 400, height: 300 };
    assert.ok(changedPixels(seen, real, window) < 60, 'it sees what the screen shows');
    const calls = rowsOf((await desk.stopTrace()).rows, 'call').filter(
      ({ actor }) => actor?.kind === 'human',
    );
    assert.deepEqual(new Set(calls.map(({ actor }) => actor?.id)), new Set(['alice']));
    const [click, ...typed] = calls.map(({ data }) => data);
    assert.deepEqual([click?.method, click?.args], ['left_click', { x, y, button: 'left' }]);
    // One text, unless the machine is so busy that the viewer stops for a second in the middle of it.
    assert.equal(typed.map(({ args }) => Typed.parse(args).text).join(''), TEXT);
  });

  it('lets nobody in who does not know the password, and says so', async () => {
    await assert.rejects(view('guessed1', 'move', '1', '1'), /wrong password/);
    await toldOf(/a viewer gave a wrong password/);
  });

  it('knows the oldest version of the protocol, and tells what is no VNC', async () => {
    const signal = AbortSignal.timeout(WITHIN_MS);
    const old = await oldViewer(at.port, signal);
    assert.equal((await take(old, 4, signal)).readUInt32BE(), 2, 'the server chooses the password');
    old.write(responseTo(await take(old, 16, signal), at.password));
    assert.equal((await take(old, 4, signal)).readUInt32BE(), 0);
    old.write(Buffer.of(1));
    const size = await take(old, 24, signal);
    assert.deepEqual([size.readUInt16BE(0), size.readUInt16BE(2)], [900, 600]);
    old.destroy();
    const web = connect(at.port, at.host);
    web.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(web.resume(), 'close', { signal });
    await toldOf(/does not speak RFB/);
  });

  it('is refused where it is taken, where there is no such desktop, and where its number is none', async () => {
    const { id } = desk.computer.desktop;
    const taken = await runCli(desk.server, ['vnc', id, '--port', String(at.port)]);
    assert.deepEqual([taken.status, taken.out], [1, '']);
    assert.match(taken.err, new RegExp(`port ${at.port} of 127\\.0\\.0\\.1 is taken; --port takes another`));
    const none = await runCli(desk.server, ['vnc', 'nobody', '--port', '0']);
    assert.match(none.err, /there is no desktop nobody/);
    const bad = await runCli(desk.server, ['vnc', id, '--port', '70000']);
    assert.deepEqual([bad.status, bad.err], [2, 'deskreel: --port is a number from 0 to 65535, not 70000\n']);
  });

  it('is shut by Ctrl+C, with the viewers at it', async () => {
    const signal = AbortSignal.timeout(WITHIN_MS);
    const viewer = await oldViewer(at.port, signal);
    const [ended, hungUp] = [once(gateway, 'exit', { signal }), once(viewer.resume(), 'close', { signal })];
    gateway.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    await hungUp;
    const late = connect(at.port, at.host);
    await assert.rejects(once(late, 'connect'), { code: 'ECONNREFUSED' });
  });
});

/** One that speaks RFB 3.3, up to where the server says how it wants to know it. */
async function oldViewer(port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  assert.equal((await take(socket, 12, signal)).toString(), 'RFB 003.008\n');
  socket.write('RFB 003.003\n');
  return socket;
}

/** The JSON that a program prints, while it goes on. */
async function jsonOf(output: NodeJS.ReadableStream): Promise<string> {
  let json = '';
  for await (const line of createInterface({ input: output })) {
    json += line;
    if (line === '}') break;
  }
  return json;
}
