// Desktops through the server, as containers of the real engine.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { DesktopInfo, DesktopState } from '../../protocol/desktop.ts';
import { eventually, TestServer } from '../support/server.ts';

async function untilState(server: TestServer, id: string, state: DesktopState | 'gone'): Promise<void> {
  await eventually(async () => {
    const found = (await server.desktops()).find((desktop) => desktop.id === id);
    assert.equal(found?.state ?? 'gone', state);
  });
}

describe('a desktop', () => {
  let server: TestServer;
  let desktop: DesktopInfo;
  const run = async (command: string, params: unknown = {}): Promise<{ status: number; text: string }> =>
    await server.api('POST', `/v1/desktops/${desktop.id}/commands/${command}`, params);

  before(async () => {
    server = await TestServer.start();
    desktop = await server.create({ name: 'first', resolution: '1024x768', env: { GREETING: 'moin' } });
  });
  after(() => server[Symbol.asyncDispose]());

  it('is ready when it is answered, at the size that was asked for', async () => {
    assert.equal(desktop.state, 'ready');
    assert.equal(desktop.name, 'first');
    assert.match((await run('get_screen_size')).text, /"width":1024,"height":768/);
  });

  it('is listed, and found by id and by name', async () => {
    assert.deepEqual(
      (await server.desktops()).map(({ id }) => id),
      [desktop.id],
    );
    for (const name of [desktop.id, 'first']) {
      assert.deepEqual((await server.api('GET', `/v1/desktops/${name}`)).json(), desktop);
    }
  });

  it('has the environment that was given, and not one capability', async () => {
    const shown = await run('run_command', {
      command: 'echo $GREETING; grep CapBnd /proc/self/status; id -u',
    });
    assert.match(shown.text, /moin\\nCapBnd:\\t0000000000000000\\n1000/);
  });

  it('cannot be made twice under one name', async () => {
    const answer = await server.api('POST', '/v1/desktops', { name: 'first' });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /name: .*first/);
  });

  it('shows its page, and noVNC behind it', async () => {
    const page = await server.api('GET', new URL(desktop.links.view).pathname);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'] ?? '', /text\/html/);
    assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/);
    for (const path of [
      '/assets/view.js',
      '/assets/style.css',
      '/novnc/core/rfb.js',
      '/novnc/vendor/pako/lib/zlib/inflate.js',
    ]) {
      assert.equal((await server.api('GET', path)).status, 200, path);
    }
    assert.equal((await server.api('GET', '/view/d-nowhere')).status, 404);
  });

  it('shows its screen by VNC', async () => {
    const vnc = new WebSocket(desktop.links.vnc, { headers: server.auth });
    const [hello] = (await once(vnc, 'message')) as [Buffer];
    assert.equal(hello.toString(), 'RFB 003.008\n');
    vnc.send('RFB 003.008\n');
    const [types] = (await once(vnc, 'message')) as [Buffer];
    // One way of access, and that is "none": the server's key was asked for before.
    assert.deepEqual([...types], [1, 1]);
    vnc.close();
    await once(vnc, 'close');
  });

  it('speaks Cua’s dialect at its base URL', async () => {
    const base = desktop.links.api;
    const cmd = async (body: string): Promise<Response> =>
      await fetch(`${base}/cmd`, { method: 'POST', body });
    const answer = await cmd('{"command":"get_screen_size"}');
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(await answer.text(), 'data: {"size":{"width":1024,"height":768},"success":true}\n\n');
    const cases: [string, RegExp][] = [
      ['{"command":"get_screen_siz"}', /Unknown command: get_screen_siz. Did you mean: .*get_screen_size/],
      ['{bad', /Invalid JSON/],
      ['{"params":{}}', /command/],
    ];
    for (const [body, detail] of cases) {
      const refused = await cmd(body);
      assert.equal(refused.status, 400);
      assert.match(((await refused.json()) as { detail: string }).detail, detail);
    }
    const status = (await (await fetch(`${base}/status`)).json()) as Record<string, unknown>;
    assert.equal(status['os_type'], 'linux');
    const commands = (await (await fetch(`${base}/commands`)).json()) as {
      commands: Record<string, unknown>;
    };
    assert.ok('left_click' in commands.commands);
  });

  it('does a request with an idempotency key once', async () => {
    const url = `${server.url}/v1/desktops/${desktop.id}/commands/run_command`;
    const headers = { ...server.auth, 'Idempotency-Key': 'k-1' };
    const append = JSON.stringify({ command: 'echo x >> /tmp/once; wc -l < /tmp/once' });
    const answers = await Promise.all(
      [1, 2].map(() => fetch(url, { method: 'POST', headers, body: append })),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    assert.equal(texts[0], texts[1]);
    assert.match(texts[0] ?? '', /"stdout":"1\\n"/);
  });

  it('stands still while paused, and goes on', async () => {
    const paused = await server.api('POST', `/v1/desktops/${desktop.id}/pause`);
    assert.match(paused.text, /"state":"paused"/);
    const refused = await run('get_screen_size');
    assert.equal(refused.status, 409);
    assert.match(refused.text, /paused/);
    const from = performance.now();
    const status = await server.api('GET', `/v1/desktops/${desktop.id}/status`);
    assert.deepEqual([status.status, /is paused/.test(status.text)], [409, true]);
    assert.ok(performance.now() - from < 2000, 'nobody is waited for');
    const resumed = await server.api('POST', `/v1/desktops/${desktop.id}/resume`);
    assert.match(resumed.text, /"state":"ready"/);
    assert.equal((await run('get_screen_size')).status, 200);
  });

  it('keeps its files over a restart, also from a pause', async () => {
    await run('write_text', { path: '/home/cua/kept.txt', content: 'kept' });
    await server.api('POST', `/v1/desktops/${desktop.id}/pause`);
    const restarted = await server.api('POST', `/v1/desktops/${desktop.id}/restart`);
    assert.match(restarted.text, /"state":"ready"/);
    assert.match((await run('read_text', { path: '/home/cua/kept.txt' })).text, /"content":"kept"/);
  });

  it('is brought back when its container dies', async () => {
    await server.docker.getContainer(`deskreel-${desktop.id}`).kill();
    await untilState(server, desktop.id, 'ready');
    assert.match((await run('read_text', { path: '/home/cua/kept.txt' })).text, /"content":"kept"/);
  });

  it('leaves nothing when it is deleted', async () => {
    const socket = new WebSocket(desktop.links.ws, { headers: server.auth });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    assert.equal((await server.api('DELETE', `/v1/desktops/${desktop.id}`)).status, 204);
    await closed;
    assert.deepEqual(await server.desktops(), []);
    assert.deepEqual(await server.leftovers(), []);
    assert.deepEqual(await readdir(join(server.data, 'desktops')), []);
    assert.equal((await server.api('DELETE', `/v1/desktops/${desktop.id}`)).status, 404);
    assert.equal((await fetch(`${desktop.links.api}/status`)).status, 401);
  });

  it('leaves the list when its container is removed by hand', async () => {
    const { id } = await server.create();
    await server.docker.getContainer(`deskreel-${id}`).remove({ force: true });
    await untilState(server, id, 'gone');
    await eventually(async () => assert.deepEqual(await readdir(join(server.data, 'desktops')), []));
  });
});

describe('a desktop without a network', () => {
  it('answers, reaches no neighbour, and takes its network along; its time to live ends it', async () => {
    await using server = await TestServer.start();
    const neighbour = await server.create();
    const { NetworkSettings } = await server.docker.getContainer(`deskreel-${neighbour.id}`).inspect();
    const host = NetworkSettings.Networks['bridge']?.IPAddress ?? '';
    // From here the neighbour is reached, so there is something that could be reached.
    const socket = connect(8000, host);
    await once(socket, 'connect');
    socket.destroy();
    const { id } = await server.create({ network: 'none', ttl: 15 });
    const command = `timeout 2 bash -c 'echo > /dev/tcp/${host}/8000' && echo reached || echo closed`;
    const shown = await server.api('POST', `/v1/desktops/${id}/commands/run_command`, { command });
    assert.match(shown.text, /"stdout":"closed\\n"/);
    await server.api('DELETE', `/v1/desktops/${neighbour.id}`);
    assert.deepEqual(await server.leftovers(), [`/deskreel-${id}`, `deskreel-${id}`]);
    await untilState(server, id, 'gone');
    assert.deepEqual(await server.leftovers(), []);
  });
});
