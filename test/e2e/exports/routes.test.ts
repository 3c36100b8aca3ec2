// Exports and imports over HTTP, by the SDK and by the command line: a trace goes in, and comes out in another form.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Deskreel, exportFormats } from '../../../sdk/index.ts';
import { DESKTOP_TRACE, entriesOf, exported } from '../../support/exports.ts';
import { runCli, type Printed } from '../../support/cli.ts';
import { ask, TestServer } from '../../support/server.ts';

const execute = promisify(execFile);

describe('exports and imports of a server', () => {
  let server: TestServer;
  let folder = '';
  let id = '';
  before(async () => {
    server = await TestServer.start();
    folder = await mkdtemp(join(tmpdir(), 'deskreel-routes-'));
    await writeFile(join(folder, 'run.zip'), await exported(DESKTOP_TRACE, 'osworld'));
    await using deskreel = await open();
    id = (await deskreel.importTrace(join(folder, 'run.zip'))).traceId;
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const open = (): Promise<Deskreel> => Deskreel.open({ url: server.url, token: server.running.token });
  const cli = (...args: string[]): Promise<Printed> => runCli(server, args, {}, folder);

  it('answers with each format, under a name and a type', async () => {
    for (const { format, extension } of exportFormats()) {
      const answer = await fetch(`${server.url}/v1/traces/${id}/export/${format}`, { headers: server.auth });
      assert.equal(answer.status, 200, format);
      const name = `${id}_${format}.${extension}`;
      assert.equal(answer.headers.get('content-disposition'), `attachment; filename=${name}`);
      assert.ok((await answer.arrayBuffer()).byteLength > 100, format);
    }
  });

  it('tells of a format or a trace that there is not, and lets nobody in without the key', async () => {
    const unknown = await server.api('GET', `/v1/traces/${id}/export/gif`);
    assert.equal(unknown.status, 404);
    assert.match(unknown.text, /"code":"not_found".*no export format gif; there are cua, .*playwright/);
    assert.equal(
      (await server.api('GET', '/v1/traces/trace_20200101_000000_00000000/export/cua')).status,
      404,
    );
    assert.equal((await ask(`${server.url}/v1/traces/${id}/export/cua`)).status, 401);
    assert.equal((await ask(`${server.url}/v1/traces/import`, { method: 'POST', body: 'x' })).status, 401);
    const refused = await server.api('POST', '/v1/traces/import', 'no zip');
    assert.deepEqual([refused.status, /cannot be opened/.test(refused.text)], [400, true]);
  });

  it('is saved by the SDK and by the command line, and nothing is replaced', async () => {
    await using deskreel = await open();
    const { path } = await deskreel.exportTrace(id, 'cua', { path: folder });
    const entries = await entriesOf(await readFile(path));
    assert.ok(entries.has(`${id}/manifest.json`));
    await assert.rejects(deskreel.exportTrace(id, 'cua', { path: folder }), { code: 'conflict' });
    const { out } = await cli('trace', 'export', id, 'playwright');
    assert.equal((await stat(out.trim())).isFile(), true);
    const verified = await cli('trace', 'verify', path);
    assert.match(verified.out, /^ok, signed by [0-9a-f]+$/m);
  });

  it('is searched, with every other trace or alone', async () => {
    await using deskreel = await open();
    const { findings, more } = await deskreel.searchTraces({ text: 'GOOD morning' });
    assert.deepEqual(
      [findings.map(({ traceId, method }) => [traceId, method]), more],
      [[[id, 'type_text']], false],
    );
    assert.deepEqual((await deskreel.searchTraces({ text: 'good evening', traceId: id })).findings, []);
    const absent = 'trace_20200101_000000_00000000';
    await assert.rejects(deskreel.searchTraces({ text: 'a', traceId: absent }), { code: 'not_found' });
    await assert.rejects(deskreel.searchTraces({ text: '' }), { code: 'bad_request' });
    const told = await cli('trace', 'search', 'good morning');
    assert.match(told.out, new RegExp(`^${id} +[0-9.]+ s +type_text +args\\.text +Good morning`, 'm'));
    const none = await cli('trace', 'search', 'good evening', join(folder, 'run.zip'));
    assert.match(none.err, /no finished trace of Deskreel.*trace import/);
  });

  it('takes a folder by the command line, and shows what came of it', async () => {
    await execute('unzip', ['-q', join(folder, 'run.zip'), '-d', join(folder, 'run')]);
    const { out } = await cli('trace', 'import', join(folder, 'run'), '--json');
    const trace = JSON.parse(out) as { trace_id: string; state: string; desktop: string };
    assert.deepEqual([trace.state, trace.desktop], ['sealed', 'imported']);
    const shown = await cli('trace', 'show', trace.trace_id);
    assert.match(shown.out, /left_click +\{"x":320,"y":240,"button":"left"\} +ok/);
    const absent = await cli('trace', 'import', join(folder, 'absent.zip'));
    assert.equal(absent.status, 1);
    assert.match(absent.err, /cannot be read/);
  });
});
