// A container's own address, where this machine is its gateway and the port answers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { directAddress } from '../../../server/containers/direct-address.ts';

const HERE = '127.0.0.1';

describe('the direct address of a container', () => {
  const server = createServer((socket) => socket.resume());
  let port = 0;

  before(async () => {
    server.listen(0, HERE);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  after(() => server.close());

  it('is taken where this machine is the gateway and the port answers', async () => {
    assert.deepEqual(await directAddress([{ IPAddress: HERE, Gateway: HERE }], port), { host: HERE, port });
  });

  it('is not asked where the gateway is elsewhere', async () => {
    const asked = once(server, 'connection', { signal: AbortSignal.timeout(300) });
    assert.equal(await directAddress([{ IPAddress: HERE, Gateway: '203.0.113.1' }], port), undefined);
    await assert.rejects(asked, { name: 'AbortError' });
  });

  it('is none where nothing listens, and where the container is on no network', async () => {
    const closed = createServer().listen(0, HERE);
    await once(closed, 'listening');
    const { port: free } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    assert.equal(await directAddress([{ IPAddress: HERE, Gateway: HERE }], free), undefined);
    assert.equal(await directAddress([{ IPAddress: '', Gateway: '' }], port), undefined);
    assert.equal(await directAddress([], port), undefined);
  });
});
