// The SDK as a program uses it: with no server running, on real desktops.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Computer, Deskreel, readTrace } from '../../sdk/index.ts';
import { TestServer } from '../support/server.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

describe('a program without a server', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'deskreel-sdk-'))));
  after(() => rm(folder, { recursive: true }));

  it('runs a desktop, traces it, and leaves nothing but the trace', async () => {
    const data = join(folder, 'data');
    const path = join(folder, 'out', 'my.zip');
    {
      await using computer = new Computer({ os_type: 'linux', providerType: 'docker', data, name: 'first' });
      await computer.run();
      assert.equal(computer.desktop.name, 'first');
      await computer.tracing.start({ name: 'five lines' });
      await computer.interface.leftClick(100, 200);
      assert.equal(await computer.tracing.stop({ path }), path);
    }
    const { overview, events } = await readTrace(path);
    assert.equal(overview.name, 'five lines');
    const calls = events.filter(({ type }) => type === 'api_call').map((event) => event.data);
    assert.deepEqual(
      calls.map(({ method, success }) => [method, success]),
      [['left_click', true]],
    );
    assert.deepEqual(await readdir(join(folder, 'out')), ['my.zip']);
    assert.ok(!(await readdir(data)).includes('url'), 'the server inside the process has ended');
    assert.deepEqual(await readdir(join(data, 'desktops')), []);
  });

  it('shares one server between its computers, whichever stops first', async () => {
    const data = join(folder, 'shared');
    await using second = new Computer({ data, name: 'second' });
    {
      await using first = new Computer({ data, name: 'first' });
      await Promise.all([first.run(), second.run()]);
      assert.equal(new URL(first.viewUrl).host, new URL(second.viewUrl).host);
      await Promise.all([first, second].map((each) => each.tracing.start({ name: each.desktop.name })));
      await first.interface.writeText('~/whose', 'first');
      const saved = await first.tracing.stop({ path: join(folder, 'traces/') });
      assert.equal((await readTrace(saved)).overview.name, 'first');
    }
    assert.equal(await second.interface.fileExists('~/whose'), false);
    const { overview, events } = await readTrace(
      await second.tracing.stop({ path: join(folder, 'traces/') }),
    );
    assert.equal(overview.name, 'second');
    const methods = events.filter(({ type }) => type === 'api_call').map(({ data: call }) => call['method']);
    assert.deepEqual(methods, ['file_exists']);
  });
});

describe('a computer', () => {
  let server: TestServer;
  let computer: Computer;
  let folder = '';
  before(async () => {
    server = await TestServer.start();
    const { url, token } = server.running;
    folder = await mkdtemp(join(tmpdir(), 'deskreel-sdk-'));
    computer = await new Computer({ url, token, name: 'desk', resolution: '1024x768' }).run();
  });
  after(async () => {
    await computer.stop();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('does what its interface says', async () => {
    const desktop = computer.interface;
    assert.deepEqual(await desktop.getScreenSize(), { width: 1024, height: 768 });
    await desktop.moveCursor(300, 400);
    assert.deepEqual(await desktop.getCursorPosition(), { x: 300, y: 400 });
    assert.ok((await desktop.screenshot()).subarray(0, 4).equals(PNG));
    const { image, format } = await desktop.screenshotDetails({ format: 'jpeg', quality: 50 });
    assert.deepEqual([format, image[0], image[1]], ['jpeg', 0xff, 0xd8]);
    await desktop.setClipboard('clipped ñ');
    assert.equal(await desktop.copyToClipboard(), 'clipped ñ');
    const output = await desktop.runCommand('pwd; echo "$A"; exit 3', { cwd: '/tmp', env: { A: 'b' } });
    assert.deepEqual([output.stdout, output.returnCode], ['/tmp\nb\n', 3]);
    assert.equal((await desktop.getAccessibilityTree()).tree.children.length > 0, true);
    assert.equal((await desktop.version()).protocol, 1);
  });

  it('carries files of any size', async () => {
    const desktop = computer.interface;
    const content = Buffer.alloc(12_000_001, 'deskreel');
    await desktop.createDir('~/files');
    await desktop.writeBytes('~/files/large', content);
    assert.equal(await desktop.getFileSize('~/files/large'), content.length);
    assert.ok((await desktop.readBytes('~/files/large')).equals(content));
    await desktop.writeText('~/files/text', 'ñ漢字😀');
    assert.equal(await desktop.readText('~/files/text'), 'ñ漢字😀');
    assert.deepEqual(await desktop.listDir('~/files'), ['large', 'text']);
  });

  it('throws the server’s errors by their codes, and goes on', async () => {
    const desktop = computer.interface;
    await assert.rejects(desktop.leftClick(5000, 1), { name: 'DeskreelError', code: 'out_of_screen' });
    await assert.rejects(desktop.pressKey('no such key'), { code: 'unknown_key' });
    await assert.rejects(desktop.readText('~/missing'), { code: 'command_failed' });
    await assert.rejects(desktop.runCommand('sleep 9', { timeoutMs: 200 }), { code: 'timeout' });
    await assert.rejects(desktop.runCommand('sleep 9', { timeout: 0.2 }), { code: 'timeout' });
    await assert.rejects(desktop.setClipboard('x'.repeat(20_000_000)), { code: 'too_large' });
    assert.deepEqual(await desktop.getScreenSize(), { width: 1024, height: 768 });
  });

  it('says when tracing is active and when it is not', async () => {
    const { tracing } = computer;
    const inactive = { code: 'trace_inactive', message: 'Tracing is not active. Call start() first.' };
    await assert.rejects(tracing.stop(), inactive);
    await assert.rejects(tracing.addMetadata('a', 1), inactive);
    const traceId = await tracing.start();
    assert.equal(await tracing.current(), traceId);
    await assert.rejects(tracing.start(), {
      code: 'trace_active',
      message: 'Tracing is already active. Call stop() first.',
    });
    await tracing.stop({ path: join(folder, 'active.zip') });
    assert.equal(await tracing.current(), undefined);
  });

  it('refuses a file in the way before it stops the trace, and never replaces what is there', async () => {
    const { tracing } = computer;
    const file = join(folder, 'mine');
    const dir = join(folder, 'folder');
    await writeFile(file, 'mine');
    await mkdir(dir);
    await writeFile(join(dir, 'mine'), 'mine');
    const traceId = await tracing.start({ accessibilityTree: true });
    await tracing.addMetadata('step', { number: 1 });
    await assert.rejects(tracing.stop({ path: file }), { code: 'conflict' });
    await assert.rejects(tracing.stop({ format: 'dir', path: file }), { code: 'conflict' });
    assert.equal(await tracing.current(), traceId);
    const saved = await tracing.stop({ format: 'dir', path: dir });
    assert.equal(saved, join(dir, traceId));
    assert.equal(await readFile(file, 'utf8'), 'mine');
    assert.deepEqual((await readdir(dir)).sort(), ['mine', traceId].sort());
    const { events } = await readTrace(saved);
    const metadata = events.find(({ type }) => type === 'metadata');
    assert.deepEqual(metadata?.data, { key: 'step', value: { number: 1 } });
  });

  it('attaches to a desktop that is there and leaves it there', async () => {
    const { url, token } = server.running;
    {
      await using guest = new Computer({ url, token, desktop: 'desk' });
      await guest.run();
      assert.equal(guest.desktop.id, computer.desktop.id);
      await guest.interface.writeText('~/visited', 'yes');
    }
    assert.equal(await computer.interface.readText('~/visited'), 'yes');
    const missing = new Computer({ url, token, desktop: 'missing' });
    await assert.rejects(missing.run(), { code: 'not_found' });
  });

  it('is found by its server’s client, which wants the right token and a server that answers', async () => {
    const { url, token } = server.running;
    await using deskreel = await Deskreel.open({ url, token });
    assert.deepEqual(
      (await deskreel.listDesktops()).map(({ name }) => name),
      ['desk'],
    );
    assert.ok((await deskreel.listTraces()).length > 0);
    await assert.rejects(Deskreel.open({ url, token: 'wrong-token' }), { code: 'unauthorized' });
    const nobody = Deskreel.open({ url: 'http://127.0.0.1:9', token });
    await assert.rejects(nobody, { code: 'guest_unavailable', message: /deskreel serve/ });
  });
});
