// A server that ends, in order or not, and the next one on the same folder.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DesktopInfo } from '../../protocol/desktop.ts';
import { createOptions } from '../../server/containers/spec.ts';
import { serverId } from '../../server/data-folder.ts';
import { newId, newSecret } from '../../server/ids.ts';
import { IMAGE } from '../support/image.ts';
import { ask, eventually, TestServer } from '../support/server.ts';

const SERVE = fileURLToPath(new URL('../support/serve.ts', import.meta.url));
/** What the contract gives a desktop to answer again. Milliseconds. */
const ANSWERS_WITHIN = 20_000;

async function serve(data: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [SERVE, data], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, url };
}

describe('a server that is killed', () => {
  it('finds its desktop again, drops what nobody owns, and leaves other servers’ containers alone', async () => {
    // This one owns the folder, and takes everything away at the end; the killed one works on it meanwhile.
    await using owner = await TestServer.start();
    await using neighbour = await TestServer.start();
    const theirs = await neighbour.create();
    await owner.shut();
    const first = await serve(owner.data);
    const token = (await readFile(join(owner.data, 'token'), 'utf8')).trim();
    const headers = { 'X-API-Key': token };
    const body = JSON.stringify({ name: 'kept', record: 'on-demand' });
    const created = await ask(`${first.url}/v1/desktops`, { method: 'POST', headers, body });
    const desktop = DesktopInfo.parse(created.json());
    const end = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await end;
    await orphan(owner);

    await owner.open();
    const since = performance.now();
    assert.equal((await ask(`${owner.url}/healthz`)).status, 200);
    assert.deepEqual(
      (await owner.desktops()).map(({ name }) => name),
      ['kept'],
    );
    const answer = await owner.api('POST', `/v1/desktops/${desktop.id}/commands/get_screen_size`);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(performance.now() - since < ANSWERS_WITHIN);
    // The key that clients were given before goes on to open it.
    const { pathname } = new URL(desktop.links.api);
    assert.equal((await ask(`${owner.url}${pathname}/status`)).status, 200);
    await eventually(async () => assert.deepEqual(await owner.leftovers(), [`/deskreel-${desktop.id}`]));
    assert.deepEqual(await neighbour.leftovers(), [`/deskreel-${theirs.id}`]);
    const served = await neighbour.api('POST', `/v1/desktops/${theirs.id}/commands/get_screen_size`);
    assert.equal(served.status, 200);
  });
});

describe('a server that is asked to end', () => {
  it('closes its trace, keeps its desktop, and starts a desktop again that was stopped meanwhile', async () => {
    await using owner = await TestServer.start();
    await owner.shut();
    const first = await serve(owner.data);
    const headers = { 'X-API-Key': (await readFile(join(owner.data, 'token'), 'utf8')).trim() };
    const post = (path: string, body = '{}'): ReturnType<typeof ask> =>
      ask(`${first.url}${path}`, { method: 'POST', headers, body });
    const { id } = DesktopInfo.parse((await post('/v1/desktops', '{"record":"on-demand"}')).json());
    const started = (await post(`/v1/desktops/${id}/trace/start`)).json() as { trace_id: string };
    const end = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    assert.deepEqual(await end, [0, null]);
    await owner.docker.getContainer(`deskreel-${id}`).kill();

    await owner.open();
    const trace = (await owner.api('GET', `/v1/traces/${started.trace_id}`)).json();
    assert.equal((trace as { state: string }).state, 'sealed');
    const answer = await owner.api('POST', `/v1/desktops/${id}/commands/get_screen_size`);
    assert.equal(answer.status, 200, answer.text);
  });

  it('does not start twice on one folder', async () => {
    await using owner = await TestServer.start();
    const second = spawn(process.execPath, [SERVE, owner.data], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: string[] = [];
    second.stderr.on('data', (piece: Buffer) => said.push(piece.toString()));
    const [code] = (await once(second, 'close')) as [number];
    assert.notEqual(code, 0);
    assert.match(said.join(''), /another server uses/);
  });
});

/** A container with this server's label that no record tells of. */
async function orphan(server: TestServer): Promise<void> {
  const spec = {
    desktopId: newId('d'),
    serverId: await serverId(server.data),
    image: IMAGE,
    resolution: '1280x800',
    env: {},
    cpus: undefined,
    memory: undefined,
    network: 'internet',
    guestToken: newSecret('drg'),
  } as const;
  const { HostConfig, ...options } = createOptions(spec, '');
  // Its profile does not matter: it is never started.
  await server.docker.createContainer({ ...options, HostConfig: { ...HostConfig, SecurityOpt: [] } });
}
