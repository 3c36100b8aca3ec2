// Which Docker engine is used, by the rules of Docker's own command line.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { EngineSettings } from '../../../server/config.ts';
import { engineAddress } from '../../../server/containers/engine-address.ts';

describe('the address of the engine', () => {
  let home: string;
  let settings: EngineSettings;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'deskreel-engine-'));
    settings = {
      dockerHost: undefined,
      dockerContext: undefined,
      tlsVerify: false,
      certPath: undefined,
      configDir: join(home, '.docker'),
      runtimeDir: undefined,
      home,
    };
    const folder = createHash('sha256').update('rootless').digest('hex');
    const meta = join(home, '.docker', 'contexts', 'meta', folder);
    await mkdir(meta, { recursive: true });
    const endpoint = { Name: 'rootless', Endpoints: { docker: { Host: 'unix:///run/user/7/docker.sock' } } };
    await writeFile(join(meta, 'meta.json'), JSON.stringify(endpoint));
  });
  after(() => rm(home, { recursive: true }));

  it('is the socket that DOCKER_HOST names', async () => {
    const address = await engineAddress({ ...settings, dockerHost: 'unix:///tmp/other.sock' });
    assert.deepEqual(address, { socketPath: '/tmp/other.sock' });
  });

  it('may be a port of this machine', async () => {
    const address = await engineAddress({ ...settings, dockerHost: 'tcp://127.0.0.1:2375' });
    assert.deepEqual(address, { host: '127.0.0.1', port: 2375, protocol: 'http' });
  });

  for (const elsewhere of ['tcp://10.0.0.7:2375', 'ssh://user@box', 'tcp://engine.example:2376']) {
    it(`is refused with a reason at ${elsewhere}`, async () => {
      await assert.rejects(engineAddress({ ...settings, dockerHost: elsewhere }), {
        code: 'engine_unavailable',
        message: /another machine/,
      });
    });
  }

  it('comes from the context that is named', async () => {
    const address = await engineAddress({ ...settings, dockerContext: 'rootless' });
    assert.deepEqual(address, { socketPath: '/run/user/7/docker.sock' });
  });

  it('comes from the context that is in use, unless DOCKER_HOST is set', async () => {
    await writeFile(join(home, '.docker', 'config.json'), '{"currentContext":"rootless","auths":{}}');
    assert.deepEqual(await engineAddress(settings), { socketPath: '/run/user/7/docker.sock' });
    const address = await engineAddress({ ...settings, dockerHost: 'unix:///a' });
    assert.deepEqual(address, { socketPath: '/a' });
  });

  it('is refused where the context is not known', async () => {
    await assert.rejects(engineAddress({ ...settings, dockerContext: 'gone' }), {
      code: 'engine_unavailable',
      message: /"gone" is not known/,
    });
  });
});
