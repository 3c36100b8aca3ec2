import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf, placeOf } from '../../../sdk/address.ts';
import { backoffDelay } from '../../../sdk/connection/backoff.ts';
import { Computer } from '../../../sdk/computer.ts';
import { EmbeddedServers } from '../../../sdk/embedded.ts';
import { camelKeys, snakeKeys } from '../../../sdk/names.ts';
import { planComputer } from '../../../sdk/options.ts';
import { savePlan, traceOptions } from '../../../sdk/tracing/options.ts';
import { readConfig } from '../../../server/config.ts';

describe('options', () => {
  it('are taken in snake_case and in camelCase', () => {
    const camel = planComputer({ osType: 'linux', providerType: 'docker', resolution: '800x600' });
    const snake = planComputer({ os_type: 'linux', provider_type: 'docker', resolution: '800x600' });
    assert.deepEqual(camel, snake);
    assert.deepEqual(camel.spec, { resolution: '800x600' });
    assert.deepEqual(traceOptions({ accessibilityTree: true }), traceOptions({ accessibility_tree: true }));
    assert.deepEqual(traceOptions({ apiCalls: false }), { api_calls: false });
  });

  it('that are not known, given twice or wrong are refused by name', () => {
    const unknown = { osTyp: 'linux', name: 'x' };
    assert.throws(() => new Computer(unknown), {
      code: 'bad_request',
      message: /no option osTyp; it has .*osType/,
    });
    assert.throws(() => planComputer({ osType: 'linux', os_type: 'linux' }), /given twice/);
    assert.throws(() => planComputer({ resolution: 'large' }), /resolution: /);
    const colour = { colour: true, name: 'x' };
    assert.throws(() => traceOptions(colour), /no option colour/);
    assert.throws(() => traceOptions({ name: '../up' }), /name: /);
    const keep = { keep: true, path: 'x' };
    assert.throws(() => savePlan(keep), /no option keep/);
  });

  it('of other systems are refused', () => {
    const other = { osType: 'windows' as 'linux' };
    assert.throws(() => planComputer(other), /osType: only linux is supported/);
  });
});

describe('a computer that does not run', () => {
  it('says what to call first', async () => {
    const computer = new Computer();
    const notRunning = { code: 'conflict', message: /call run\(\) first/ };
    await assert.rejects(computer.interface.leftClick(1, 1), notRunning);
    await assert.rejects(computer.tracing.start(), notRunning);
    assert.throws(() => computer.desktop, notRunning);
    await computer.stop();
  });
});

describe('the server’s address', () => {
  it('is the option, else the environment, else this machine', () => {
    const url = (options: object, environment: NodeJS.ProcessEnv): string =>
      placeOf(options, environment).url;
    assert.equal(url({}, {}), 'http://127.0.0.1:7800');
    assert.equal(url({}, { DESKREEL_HOST: '0.0.0.0', DESKREEL_PORT: '99' }), 'http://127.0.0.1:99');
    assert.equal(url({}, { DESKREEL_HOST: '::1' }), 'http://[::1]:7800');
    assert.equal(url({}, { DESKREEL_URL: 'https://a.example/', DESKREEL_PORT: '99' }), 'https://a.example');
    assert.equal(url({ url: 'http://b' }, { DESKREEL_URL: 'http://a' }), 'http://b');
    assert.equal(placeOf({}, { DESKREEL_PORT: '99' }).named, false);
    assert.equal(placeOf({}, { DESKREEL_URL: 'http://a' }).named, true);
  });

  it('goes with the token that was given, or the one in the data folder', async () => {
    const data = await mkdtemp(join(tmpdir(), 'deskreel-token-'));
    const tokenOf = async (environment: NodeJS.ProcessEnv): Promise<string> =>
      (await addressOf(placeOf({}, { DESKREEL_DATA: data, ...environment }))).token;
    await assert.rejects(tokenOf({}), { code: 'unauthorized', message: /deskreel serve/ });
    await writeFile(join(data, 'token'), 'from-file\n');
    assert.equal(await tokenOf({}), 'from-file');
    assert.equal(await tokenOf({ DESKREEL_TOKEN: 'from-environment' }), 'from-environment');
    await rm(data, { recursive: true });
  });
});

describe('servers inside a process', () => {
  it('are one for a data folder, until the last lets go', async () => {
    const rows: string[] = [];
    const servers = new EmbeddedServers(({ data }) => {
      rows.push(`start ${data}`);
      const close = (): Promise<void> => Promise.resolve(void rows.push(`close ${data}`));
      return Promise.resolve({ url: `http://${data}`, token: 't', close });
    });
    const config = { ...readConfig({}, {}), data: 'a' };
    const [first, second] = await Promise.all([servers.acquire(config), servers.acquire(config)]);
    const other = await servers.acquire({ ...config, data: 'b' });
    await first.release();
    await first.release();
    assert.deepEqual(rows, ['start a', 'start b']);
    await Promise.all([second.release(), other.release()]);
    assert.deepEqual(rows.slice(2), ['close a', 'close b']);
    await (await servers.acquire(config)).release();
    assert.deepEqual(rows.slice(4), ['start a', 'close a']);
  });

  it('may be tried again after one failed to start', async () => {
    let tries = 0;
    const servers = new EmbeddedServers(() => {
      tries += 1;
      return Promise.reject(new Error('no engine'));
    });
    const config = readConfig({}, {});
    await assert.rejects(servers.acquire(config), /no engine/);
    await assert.rejects(servers.acquire(config), /no engine/);
    assert.equal(tries, 2);
  });
});

describe('keys', () => {
  it('are renamed at every depth and back', () => {
    const wire = { return_code: 1, tree: { children: [{ bounds_from: 'approximate' }] } };
    assert.deepEqual(camelKeys(wire), { returnCode: 1, tree: { children: [{ boundsFrom: 'approximate' }] } });
    assert.deepEqual(snakeKeys(camelKeys(wire)), wire);
  });
});

describe('waiting before the next attempt', () => {
  it('grows to a bound, and jitter only shortens it', () => {
    const delays = [0, 1, 2, 3, 20].map((failures) => backoffDelay(failures, 0));
    assert.deepEqual(delays, [0, 100, 200, 400, 3000]);
    assert.equal(backoffDelay(2, 1), 140);
  });
});
