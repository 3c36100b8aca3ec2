// What is left when making a desktop fails: nothing. And what the server says then.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../server/config.ts';
import { engineAddress } from '../../server/containers/engine-address.ts';
import { proxyEngine } from '../support/engine-proxy.ts';
import { eventually, TestServer } from '../support/server.ts';

async function leavesNothing(server: TestServer): Promise<void> {
  assert.deepEqual(await server.leftovers(), []);
  assert.deepEqual(await server.desktops(), []);
  assert.deepEqual(await readdir(join(server.data, 'desktops')), []);
}

describe('making a desktop', () => {
  it('leaves nothing behind, whichever request to the engine fails', async (t) => {
    const { engine } = readConfig();
    const { socketPath } = await engineAddress(engine);
    assert.ok(socketPath !== undefined, 'the engine of this test is reached by a socket');
    await using proxy = await proxyEngine(socketPath);
    await using server = await TestServer.start({ engine: { ...engine, dockerHost: proxy.url } });
    // Image, network, container, start: the fifth is the first look at the running container.
    for (const fault of ['refuse', 'cut'] as const) {
      for (const at of [1, 2, 3, 4]) {
        proxy.failAt(at, fault);
        const answer = await server.api('POST', '/v1/desktops', { name: 'same', network: 'none' });
        const asked = proxy.asked[at - 1] ?? 'nothing';
        assert.equal(answer.status, 503, `${fault} ${asked}: ${answer.text}`);
        assert.match(answer.text, /engine_unavailable/);
        await leavesNothing(server);
        t.diagnostic(`${fault} ${asked}`);
      }
    }
    proxy.failAt(0, 'refuse');
    await server.create({ name: 'same', network: 'none' });
  });

  it('fails at once with the container’s last words, where it ends instead of getting ready', async () => {
    await using server = await TestServer.start();
    const last = await server.docker.createContainer({
      Image: 'debian:trixie-slim',
      Entrypoint: ['sh', '-c', 'echo my last words; exit 3'],
    });
    const image = 'deskreel-test/ends:latest';
    await last.commit({ repo: 'deskreel-test/ends', tag: 'latest' });
    await last.remove();
    const since = performance.now();
    const answer = await server.api('POST', '/v1/desktops', { image });
    await server.docker.getImage(image).remove();
    assert.equal(answer.status, 503);
    assert.match(answer.text, /guest_unavailable.*does not run: it ended with status 3/);
    assert.match(answer.text, /"log":"my last words"/);
    assert.ok(performance.now() - since < 10_000);
    await leavesNothing(server);
  });

  it('stops when its client hangs up', async () => {
    await using server = await TestServer.start();
    const stop = new AbortController();
    const asked = fetch(`${server.url}/v1/desktops`, {
      method: 'POST',
      headers: server.auth,
      body: '{}',
      signal: stop.signal,
    });
    await eventually(async () => assert.equal((await server.leftovers()).length, 1));
    stop.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    await eventually(() => leavesNothing(server));
  });
});

describe('an engine that is away', () => {
  it('is said to be, while desktops go on; when it is back, all is as it was', async () => {
    const { engine } = readConfig();
    const { socketPath } = await engineAddress(engine);
    await using proxy = await proxyEngine(socketPath ?? '');
    await using server = await TestServer.start({ engine: { ...engine, dockerHost: proxy.url } });
    const { id } = await server.create();
    const state = async (): Promise<string | undefined> => (await server.desktops())[0]?.state;
    const answers = async (): Promise<boolean> =>
      (await server.api('POST', `/v1/desktops/${id}/commands/get_screen_size`)).status === 200;

    await proxy.stop();
    for (const answer of [await server.api('POST', '/v1/desktops', {}), await server.api('GET', '/readyz')]) {
      assert.equal(answer.status, 503);
      assert.match(answer.text, /engine_unavailable.*no Docker engine is running.*npm run setup/);
    }
    assert.equal(await answers(), true);
    // It dies unseen: the server learns of it when the engine is back.
    await server.docker.getContainer(`deskreel-${id}`).kill();
    await proxy.start();
    await eventually(async () =>
      assert.equal((await server.docker.getContainer(`deskreel-${id}`).inspect()).State.Running, true),
    );
    await eventually(async () => assert.equal(await state(), 'ready'));
    assert.equal(await answers(), true);

    await server.shut();
    await proxy.stop();
    await server.open();
    assert.equal(await state(), 'lost');
    await proxy.start();
    await eventually(async () => assert.equal(await state(), 'ready'));
    assert.equal(await answers(), true);
  });

  it('on another machine is refused at the start', async () => {
    const { engine } = readConfig();
    const elsewhere = { ...engine, dockerHost: 'tcp://10.255.255.1:2375' };
    await assert.rejects(TestServer.start({ engine: elsewhere }), { code: 'engine_unavailable' });
  });
});
