// What a desktop's container may do, as it is told to the engine.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerSpec } from '../../../server/containers/driver.ts';
import { bytesOf, createOptions, networkOptions } from '../../../server/containers/spec.ts';

const SPEC: ContainerSpec = {
  desktopId: 'd-one',
  serverId: 's-here',
  image: 'an/image:1',
  resolution: '1024x768',
  env: { LANG: 'de_DE.UTF-8', DESKREEL_TOKEN: 'forged' },
  cpus: 1.5,
  memory: '2g',
  network: 'internet',
  guestToken: 'drg_secret',
};
const PROFILE = '{"defaultAction":"SCMP_ACT_ERRNO"}';

describe('the options of a container', () => {
  const options = createOptions(SPEC, PROFILE);
  const host = options.HostConfig ?? {};

  it('carry the labels that say whose it is', () => {
    assert.equal(options.name, 'deskreel-d-one');
    assert.deepEqual(options.Labels, { 'deskreel.desktop': 'd-one', 'deskreel.server': 's-here' });
  });

  it('give it no privilege, no capability, and the profile itself instead of a path', () => {
    assert.equal(host.Privileged, false);
    assert.deepEqual(host.CapDrop, ['ALL']);
    assert.equal(host.CapAdd, undefined);
    assert.deepEqual(host.SecurityOpt, ['no-new-privileges', `seccomp=${PROFILE}`]);
  });

  it('mount nothing of the host', () => {
    assert.equal(host.Binds, undefined);
    assert.equal(host.Mounts, undefined);
    assert.equal(host.Devices, undefined);
  });

  it('publish the agent on loopback alone, at a port that is free', () => {
    assert.deepEqual(host.PortBindings, { '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] });
  });

  it('bound its processes, memory, processors and shared memory', () => {
    assert.equal(host.PidsLimit, 4096);
    assert.equal(host.Memory, 2 * 1024 ** 3);
    assert.equal(host.NanoCpus, 1_500_000_000);
    assert.equal(host.ShmSize, 1024 ** 3);
  });

  it('do not let a spec replace what the server sets', () => {
    const env = options.Env ?? [];
    assert.deepEqual(
      env.filter((entry) => entry.startsWith('DESKREEL_TOKEN')),
      ['DESKREEL_TOKEN=drg_secret'],
    );
    assert.ok(env.includes('VNC_RESOLUTION=1024x768'));
    assert.ok(env.includes('LANG=de_DE.UTF-8'));
  });

  it('leave limits out that nobody asked for', () => {
    const free = createOptions({ ...SPEC, cpus: undefined, memory: undefined }, PROFILE).HostConfig ?? {};
    assert.ok(!('Memory' in free) && !('NanoCpus' in free));
  });
});

describe('a desktop without a network', () => {
  const spec = { ...SPEC, network: 'none' } as const;

  it('is on an internal bridge of its own, and publishes nothing', () => {
    const host = createOptions(spec, PROFILE).HostConfig ?? {};
    assert.equal(host.NetworkMode, 'deskreel-d-one');
    assert.equal(host.PortBindings, undefined);
    const network = networkOptions(spec);
    assert.equal(network.Name, 'deskreel-d-one');
    assert.equal(network.Internal, true);
    assert.deepEqual(network.Labels, { 'deskreel.desktop': 'd-one', 'deskreel.server': 's-here' });
  });
});

describe('an amount of memory', () => {
  it('is a number of bytes, or has a unit', () => {
    const amounts = [1_000_000, '64', '64k', '512m', '2G'] as const;
    assert.deepEqual(amounts.map(bytesOf), [1_000_000, 64, 65_536, 512 * 1024 ** 2, 2 * 1024 ** 3]);
  });
});
