// The socket that brings no key: how long it may wait, and how many of them there may be.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../../../server/app.ts';
import { readConfig } from '../../../server/config.ts';

/** What docs/cua.md promises. */
const MOST = 32;
const WITHIN_MS = 10_000;

describe('sockets that have not authenticated', () => {
  let data: string;
  let server: RunningServer;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'deskreel-first-'));
    const config = readConfig({ port: 0, data });
    const engine = { ...config.engine, dockerHost: 'unix:///nowhere.sock' };
    server = await startServer({ ...config, engine }, { writeLog: () => undefined });
  });
  after(async () => {
    await server.close();
    await rm(data, { recursive: true });
  });

  const connect = (): WebSocket => new WebSocket(`${server.url.replace('http', 'ws')}/ws`);
  const open = async (): Promise<WebSocket> => {
    const socket = connect();
    await once(socket, 'open');
    return socket;
  };
  const refused = async (): Promise<number> => {
    const socket = connect();
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    socket.terminate();
    return response.statusCode;
  };

  it(`are ${MOST} at the most, and closed when ${WITHIN_MS} ms are over; then there is room again`, async () => {
    const from = performance.now();
    const sockets = await Promise.all(Array.from({ length: MOST }, open));
    assert.equal(await refused(), 401);
    // One that leaves makes room for one.
    const [leaving] = sockets.splice(0, 1);
    leaving?.close();
    if (leaving) await once(leaving, 'close');
    sockets.push(await open());
    assert.equal(await refused(), 401);
    for (const socket of sockets) socket.on('message', () => assert.fail('nothing is answered'));
    const ends = await Promise.all(
      sockets.map(async (socket) => {
        const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
        return { code, reason: reason.toString(), afterMs: performance.now() - from };
      }),
    );
    for (const { code, reason, afterMs } of ends) {
      assert.equal(code, 1008);
      assert.match(reason, /authenticate/);
      assert.ok(afterMs >= WITHIN_MS - 50, `${afterMs} ms`);
    }
    assert.ok(performance.now() - from < 2 * WITHIN_MS);
    (await open()).terminate();
  });

  it('make room when they have spoken, whatever they said', async () => {
    for (let count = 0; count < 2 * MOST; count += 1) {
      const socket = await open();
      socket.send(
        JSON.stringify({ command: 'authenticate', params: { api_key: 'wrong', container_name: 'x' } }),
      );
      const [answer] = (await once(socket, 'message')) as [Buffer];
      assert.deepEqual(JSON.parse(answer.toString()), { success: false, error: 'Authentication failed' });
    }
  });
});
