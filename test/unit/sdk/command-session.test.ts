import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Executed } from '../../../guest/agent/run-call.ts';
import { MAX_MESSAGE_BYTES } from '../../../protocol/envelope.ts';
import { CommandSession } from '../../../sdk/connection/command-session.ts';
import { startCommandServer } from '../../support/command-server.ts';

const OPTIONS = { headers: { authorization: 'Bearer test' } };
const size = { size: { width: 10, height: 20 } };

/** The other side of a socket has no event to wait for. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

describe('a session', () => {
  it('asks again over a new connection what the old one took along, and it is done once', async () => {
    const running = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    let executed = 0;
    await using server = await startCommandServer(async (): Promise<Executed> => {
      executed += 1;
      running.resolve(undefined);
      await goOn.promise;
      return { result: {} };
    });
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    const asked = session.call('press_key', { key: 'a' });
    await running.promise;
    server.drop();
    await until(() => server.connections() === 2);
    goOn.resolve(undefined);
    await asked;
    assert.equal(executed, 1);
    session.close();
  });

  it('connects again by itself for the next command', async () => {
    await using server = await startCommandServer(() => Promise.resolve({ result: size }));
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    assert.deepEqual(await session.call('get_screen_size', {}), size);
    server.drop();
    assert.deepEqual(await session.call('get_screen_size', {}), size);
    assert.equal(server.connections(), 2);
    session.close();
  });

  it('throws what the server refused with', async () => {
    await using server = await startCommandServer(() => Promise.resolve({ result: {} }));
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    await assert.rejects(session.call('press_key', {}), { name: 'DeskreelError', code: 'bad_params' });
    session.close();
  });

  it('gives a call up at its deadline or by its signal, stops it at the server, and goes on', async () => {
    let started = 0;
    let stopped = 0;
    await using server = await startCommandServer((command, _params, { signal }): Promise<Executed> => {
      if (command !== 'run_command') return Promise.resolve({ result: size });
      started += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped += 1;
          reject(new Error('stopped'));
        });
      });
    });
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    await session.open();
    const slow = session.call('run_command', { command: 'sleep 9' }, { timeoutMs: 50 });
    await assert.rejects(slow, { code: 'timeout' });
    const stop = new AbortController();
    const cancelled = session.call('run_command', { command: 'sleep 9' }, { signal: stop.signal });
    await until(() => started === 2);
    stop.abort(new Error('enough'));
    await assert.rejects(cancelled, { code: 'cancelled' });
    assert.deepEqual(await session.call('get_screen_size', {}), size);
    await until(() => stopped === 2);
    session.close();
  });

  it('refuses a message that the server would not take, and goes on', async () => {
    await using server = await startCommandServer(() => Promise.resolve({ result: size }));
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    const large = session.call('set_clipboard', { text: 'x'.repeat(MAX_MESSAGE_BYTES) });
    await assert.rejects(large, { code: 'too_large' });
    assert.deepEqual(await session.call('get_screen_size', {}), size);
    session.close();
  });

  it('says that an outcome is not known where the server stays away after it was asked', async () => {
    const running = Promise.withResolvers<undefined>();
    const server = await startCommandServer(() => {
      running.resolve(undefined);
      return new Promise(() => undefined);
    });
    const session = new CommandSession({ url: server.url, patienceMs: 200, ...OPTIONS });
    const asked = session.call('press_key', { key: 'a' });
    await running.promise;
    await server[Symbol.asyncDispose]();
    await assert.rejects(asked, { code: 'unknown_outcome' });
    await assert.rejects(session.call('press_key', { key: 'b' }), { code: 'guest_unavailable' });
    session.close();
  });

  it('does not try again where it is refused for good', async () => {
    let asked = 0;
    const refusing = createServer();
    refusing.on('upgrade', (_request, socket) => {
      asked += 1;
      const body = JSON.stringify({ error: { code: 'unauthorized', message: 'no key' } });
      socket.end(`HTTP/1.1 401 Unauthorized\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as AddressInfo;
    const session = new CommandSession({ url: `ws://127.0.0.1:${port}`, ...OPTIONS });
    await assert.rejects(session.call('version', {}), { code: 'unauthorized', message: 'no key' });
    assert.equal(asked, 1);
    session.close();
    refusing.close();
    await once(refusing, 'close');
  });

  it('that is closed fails what it was asked', async () => {
    await using server = await startCommandServer(() => new Promise(() => undefined));
    const session = new CommandSession({ url: server.url, ...OPTIONS });
    await session.open();
    const asked = session.call('press_key', { key: 'a' });
    session.close();
    await assert.rejects(asked, { code: 'cancelled' });
    await assert.rejects(session.call('press_key', { key: 'a' }), { code: 'cancelled' });
  });
});
