// A server that goes away in the middle of a download: the client's error says what was not saved, and no half file is left.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Deskreel } from '../../../sdk/index.ts';

const TRACE = 'trace_20260101_000000_00000000';

describe('a download that breaks', () => {
  /** Answers who asks whether it is there, and goes away in the middle of everything else. */
  const server = createServer((request, response) => {
    if (request.url === '/v1/desktops') {
      response.end('{"desktops":[]}');
      return;
    }
    response.writeHead(200, { 'content-length': '1000000' });
    response.write(Buffer.alloc(1000), () => response.destroy());
  });
  let folder = '';
  let deskreel: Deskreel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-download-'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    deskreel = await Deskreel.open({ url: `http://127.0.0.1:${port}`, token: 'a-token-for-tests' });
  });
  after(async () => {
    await deskreel.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  const downloads = {
    archive: (path: string) => deskreel.saveTrace(TRACE, { path }),
    export: (path: string) => deskreel.exportTrace(TRACE, 'playwright', { path }),
  };
  for (const [name, download] of Object.entries(downloads)) {
    it(`is told as what it is (${name})`, async () => {
      await assert.rejects(download(join(folder, 'file.zip')), {
        name: 'DeskreelError',
        message: new RegExp(`${TRACE}.* was not saved: .*terminated`),
      });
      assert.deepEqual(await readdir(folder), []);
    });
  }
});
