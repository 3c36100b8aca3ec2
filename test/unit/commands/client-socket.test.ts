// Sockets that speak for one session: who is answered, who may cancel, and what a session may be called.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { Executed } from '../../../guest/agent/run-call.ts';
import { startCommandServer } from '../../support/command-server.ts';

interface Client {
  readonly socket: WebSocket;
  readonly got: unknown[];
  send(message: object): void;
  /** Waits for the next message. */
  told(): Promise<unknown>;
}

async function client(url: string, hello?: object): Promise<Client> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const got: unknown[] = [];
  const told = async (): Promise<unknown> => {
    while (got.length === 0) await once(socket, 'message');
    return got.shift();
  };
  socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString('utf8'))));
  const send = (message: object): void => socket.send(JSON.stringify(message));
  if (hello) {
    send({ hello });
    await told();
  }
  return { socket, got, send, told };
}

const KEY = { id: 1, command: 'press_key', params: { key: 'a' } };

describe('a session over many sockets', () => {
  it('answers the one that asked last, and executes once', async () => {
    const started = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    let executed = 0;
    await using server = await startCommandServer(async (): Promise<Executed> => {
      executed += 1;
      started.resolve(undefined);
      await goOn.promise;
      return { result: {} };
    });
    const first = await client(server.url, { session: 'one' });
    const second = await client(server.url, { session: 'one' });
    first.send(KEY);
    await started.promise;
    second.send(KEY);
    // Its answer shows that what was sent before it has been read.
    second.send({ hello: {} });
    assert.deepEqual(await second.told(), { hello: { session: 'one' } });
    goOn.resolve(undefined);
    assert.deepEqual(await second.told(), { id: 1, success: true, result: {} });
    first.send({ hello: {} });
    assert.deepEqual(await first.told(), { hello: { session: 'one' } });
    first.send(KEY);
    assert.deepEqual(await first.told(), { id: 1, success: true, result: {} });
    assert.equal(executed, 1);
  });

  it('is cancelled over any of them', async () => {
    const started = Promise.withResolvers<undefined>();
    await using server = await startCommandServer((_command, _params, { signal }): Promise<Executed> => {
      started.resolve(undefined);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    });
    const first = await client(server.url, { session: 'one' });
    const second = await client(server.url, { session: 'one' });
    first.send(KEY);
    await started.promise;
    second.send({ id: 1, cancel: true });
    const { error } = (await first.told()) as { error: { code: string } };
    assert.equal(error.code, 'cancelled');
  });

  it('without a hello is the socket, and ends with it', async () => {
    let executed = 0;
    await using server = await startCommandServer((): Promise<Executed> => {
      executed += 1;
      return Promise.resolve({ result: {} });
    });
    for (const connections of [1, 2]) {
      const one = await client(server.url);
      for (const again of [KEY, KEY]) {
        one.send(again);
        assert.deepEqual(await one.told(), { id: 1, success: true, result: {} });
      }
      one.socket.close();
      await once(one.socket, 'close');
      assert.equal(executed, connections);
    }
  });

  it('is named by the client or by the server, but not with a name of the server’s own', async () => {
    await using server = await startCommandServer(() => Promise.resolve({ result: {} }));
    const one = await client(server.url);
    one.send({ hello: {} });
    const { hello } = (await one.told()) as { hello: { session: string } };
    assert.match(hello.session, /^[0-9a-f-]{36}$/);
    one.send({ hello: { session: '~rest' } });
    assert.equal(((await one.told()) as { error: { code: string } }).error.code, 'bad_request');
    one.send({ bye: true });
    assert.deepEqual(await one.told(), { bye: hello });
  });
});
