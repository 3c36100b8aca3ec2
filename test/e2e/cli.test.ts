// The command line as a person uses it: a server of its own, a desktop, a trace, and what it says when it cannot.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import { DesktopInfo } from '../../protocol/desktop.ts';
import { TraceInfo } from '../../protocol/tracing.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(PROJECT, 'cli', 'main.ts');

let folder = '';
let port = '0';
let server: ChildProcess;
let printed = '';

function start(
  ...args: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const env = { ...process.env, DESKREEL_DATA: join(folder, 'data'), DESKREEL_PORT: port };
  return spawn(process.execPath, [MAIN, ...args], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = start(...args);
  const [[status], out, err] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, out, err };
}

/** What a command prints; it must end well. */
async function done(...args: string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  assert.equal(status, 0, `${args.join(' ')}: ${err}`);
  return out;
}

async function fails(...args: string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  assert.equal(status, 1, `${args.join(' ')} printed ${out}`);
  assert.match(err, /^deskreel: [^\n]+\n$/);
  return err;
}

describe('the command line', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-cli-'));
    assert.match(await fails('ls'), /deskreel serve/);
    const serving = start('serve');
    server = serving;
    const lines = createInterface({ input: serving.stdout });
    lines.on('line', (line) => (printed += `${line}\n`));
    await once(lines, 'line');
    port = new URL(/http:\S+/.exec(printed)?.[0] ?? '').port;
    await done('up', '--name', 'demo', '--resolution', '1024x768');
  });

  after(async () => {
    await run('rm', 'demo');
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true });
  });

  it('prints one line when the server listens, with a link that lets one in', async () => {
    assert.match(printed, /^Deskreel listens at http:\/\/127\.0\.0\.1:\d+ [^\n]*\/login\?token=\S+\n$/);
    const link = /http:\S+login\S+/.exec(printed)?.[0] ?? '';
    const answer = await fetch(link, { redirect: 'manual' });
    assert.equal(answer.status, 303);
  });

  it('refuses a second server on the folder or the port, and ends', async () => {
    assert.match(await fails('serve'), /another server uses/);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port: used } = taken.address() as AddressInfo;
    const other = ['--data', join(folder, 'other'), '--port', String(used)];
    try {
      assert.match(await fails('serve', ...other), /cannot listen on/);
    } finally {
      taken.close();
      await once(taken, 'close');
    }
  });

  it('lists desktops and runs commands on them', async () => {
    const listed = z.array(DesktopInfo).parse(parseJson(await done('ls', '--json')));
    assert.deepEqual(
      listed.map(({ name, state }) => [name, state]),
      [['demo', 'ready']],
    );
    assert.match(await done('ls'), /^NAME +ID +STATE[^\n]*\ndemo +d-\w+ +ready +1024x768/);
    assert.deepEqual(parseJson(await done('exec', 'demo', 'get_screen_size')), {
      size: { width: 1024, height: 768 },
    });
    const id = listed[0]?.id ?? '';
    assert.deepEqual(parseJson(await done('exec', id, 'left_click', '{"x": 100, "y": 200}')), {});
    assert.match(
      await fails('exec', 'demo', 'left_click', '{"x": 5000, "y": 1}'),
      /outside the 1024x768 screen/,
    );
    assert.match(await fails('exec', 'demo', 'move_cursor', '{"x": 1}'), /y: /);
    assert.match(await fails('exec', 'missing', 'version'), /no desktop missing/);
  });

  it('saves a picture of the screen', async () => {
    assert.equal((await done('screenshot', 'demo', '--out', 'my.png')).trim(), join(folder, 'my.png'));
    assert.equal((await readFile(join(folder, 'my.png'))).toString('latin1', 1, 4), 'PNG');
    assert.match(await done('screenshot', 'demo'), /demo_\d{8}_\d{6}\.png\n$/);
  });

  it('cuts a trace of what nobody traced, and verifies it', async () => {
    await done('exec', 'demo', 'left_click', '{"x": 300, "y": 300}');
    const out = join(folder, 'cut.zip');
    const printed = await done('trace', 'cut', 'demo', '--last', '10m', '--out', out, '--json');
    const { trace_id: id, path } = z
      .object({ trace_id: z.string(), path: z.string() })
      .parse(parseJson(printed));
    assert.equal(path, out);
    for (const wanted of [id, out])
      assert.match(await done('trace', 'verify', wanted), /^ok, signed by [0-9a-f]{32}\n$/);
    assert.match(
      await done('trace', 'show', id),
      /left_click +\{"x":300,"y":300,"button":"left"\} +ok +\d{6}_\w+\.png/,
    );
    for (const span of ['0m', '-5m', 'soon', '900d']) {
      const { status } = await run('trace', 'cut', 'demo', `--last=${span}`);
      assert.notEqual(status, 0, span);
    }
    await done('trace', 'rm', id);
  });

  it('records a trace, saves it over nothing, and shows it', async () => {
    const traceId = (await done('trace', 'start', 'demo', '--name', 'cli', '--accessibility-tree')).trim();
    assert.match(await fails('trace', 'start', 'demo'), /Tracing is already active\. Call stop\(\) first\./);
    await done('exec', 'demo', 'left_click', '{"x": 100, "y": 200}');
    await fails('exec', 'demo', 'press_key', '{"key": "no such key"}');
    await done('trace', 'metadata', 'demo', 'step', '{"number": 1}');
    const mine = join(folder, 'mine');
    await mkdir(mine);
    await writeFile(join(mine, 'kept'), 'kept');
    assert.match(await fails('trace', 'stop', 'demo', '--path', join(mine, 'kept')), /is there already/);
    const saved = (await done('trace', 'stop', 'demo', '--format', 'dir', '--path', mine)).trim();
    assert.equal(saved, join(mine, traceId));
    assert.deepEqual((await readdir(mine)).sort(), ['kept', traceId].sort());
    assert.match(await fails('trace', 'stop', 'demo'), /Tracing is not active\. Call start\(\) first\./);
    assert.match(await fails('trace', 'start', 'demo', '--name', '../up'), /name: /);

    const traces = z.array(TraceInfo).parse(parseJson(await done('trace', 'ls', '--json')));
    assert.deepEqual(
      traces.map(({ trace_id: id, name, state }) => [id, name, state]),
      [[traceId, 'cli', 'sealed']],
    );
    for (const wanted of [traceId, saved]) {
      const shown = await done('trace', 'show', wanted);
      assert.match(shown, /Errors +1\n/);
      assert.match(shown, /left_click +\{"x":100,"y":200,"button":"left"\} +ok +\d{6}_\w+\.png/);
      assert.match(shown, /press_key .* failed: /);
      assert.match(shown, /metadata +step: \{"number":1\}/);
    }
    const again = (await done('trace', 'get', traceId)).trim();
    assert.equal(again, join(folder, 'traces', `${traceId}.zip`));
    assert.match(await fails('trace', 'get', traceId), /is there already/);
    await done('trace', 'rm', traceId);
    assert.match(await fails('trace', 'show', traceId), /trace/);
  });

  it('finds nothing missing', async () => {
    const Report = z.object({
      ok: z.boolean(),
      findings: z.array(z.object({ name: z.string(), state: z.string() })),
    });
    const { ok, findings } = Report.parse(parseJson(await done('doctor', '--json')));
    assert.equal(ok, true);
    assert.deepEqual(
      findings.map(({ state }) => state),
      findings.map(() => 'ok'),
    );
  });

  it('removes desktops and ends the server in order', async () => {
    await done('up', '--name', 'short', '--record', 'off');
    assert.match(await fails('trace', 'start', 'short'), /record/);
    assert.match(await fails('trace', 'cut', 'short', '--last', '1m'), /no flight recorder/);
    await done('rm', 'short');
    await done('rm', 'demo');
    server.kill('SIGTERM');
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    assert.equal(printed.split('\n').length, 2);
  });
});
