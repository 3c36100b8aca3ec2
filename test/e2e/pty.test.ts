// Terminals: by HTTP, server-sent events, WebSocket and SDK at the server, by cua-computer's own client, and recorded.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { DesktopContainer, until } from '../support/container.ts';
import { startPythonClient } from '../support/python-client.ts';
import { ask, type Answer } from '../support/server.ts';

const LIMIT_MS = 20_000;

/** Where terminals are reached: a server's desktop, or the image used alone. */
interface Place {
  readonly url: string;
  readonly desktop: DesktopContainer;
}

function post(url: string, body: object): Promise<Answer> {
  return ask(url, { method: 'POST', body: JSON.stringify(body) });
}

async function create(place: Place, options: object = {}): Promise<number> {
  const made = await post(`${place.url}/pty`, options);
  assert.equal(made.status, 200, made.text);
  return (made.json() as { pid: number }).pid;
}

interface Seen {
  readonly output: string;
  readonly code: number;
}

/** All that a stream of server-sent events brings until the program has ended. */
async function streamed(place: Place, pid: number): Promise<Seen> {
  const { text, status, headers } = await ask(`${place.url}/pty/${pid}/stream`);
  assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
  const frames = text.trim().split('\n\n').map((line) => JSON.parse(line.replace(/^data: /, '')) as Frame); // prettier-ignore
  return seenIn(frames);
}

type Frame = { type: 'output'; data: string } | { type: 'exit'; code: number };

function seenIn(frames: readonly Frame[]): Seen {
  const last = frames.at(-1);
  assert.ok(last?.type === 'exit');
  const output = frames.map((frame) =>
    frame.type === 'output' ? Buffer.from(frame.data, 'base64') : Buffer.alloc(0),
  );
  return { output: Buffer.concat(output).toString(), code: last.code };
}

/** A WebSocket on a terminal, and all that it brings until the program has ended. */
function followed(
  place: Place,
  pid: number,
): { socket: WebSocket; seen(): Promise<Seen>; prints(text: string): Promise<void> } {
  const socket = new WebSocket(`${place.url.replace('http', 'ws')}/pty/${pid}/ws`);
  const frames: Frame[] = [];
  let printed = '';
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame;
    frames.push(frame);
    if (frame.type === 'output') printed += Buffer.from(frame.data, 'base64').toString();
  });
  return {
    socket,
    seen: async () => {
      await once(socket, 'close', { signal: AbortSignal.timeout(LIMIT_MS) });
      return seenIn(frames);
    },
    prints: async (text) => {
      while (!printed.includes(text))
        await once(socket, 'message', { signal: AbortSignal.timeout(LIMIT_MS) });
    },
  };
}

function theTerminal(placeOf: () => Place): void {
  it('runs a program in the desktop, in its folder and with its variables', async () => {
    const place = placeOf();
    const envs = { COLOUR: 'blue' };
    const pid = await create(place, { command: 'pwd; echo $COLOUR $DISPLAY $(stty size); exit 3', cwd: '/tmp', envs, cols: 100, rows: 30 }); // prettier-ignore
    assert.deepEqual(await streamed(place, pid), { output: '/tmp\r\nblue :1 30 100\r\n', code: 3 });
  });

  it('keeps what was printed before anybody listened, and tells a late listener of the exit', async () => {
    const place = placeOf();
    const pid = await create(place, { command: 'seq 20000; touch /tmp/printed; true' });
    await until(LIMIT_MS, () => place.desktop.bash('[[ -e /tmp/printed ]] || echo not yet'));
    const all = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`).join('');
    const [first, second] = [await streamed(place, pid), await followed(place, pid).seen()];
    assert.deepEqual([first.code, second.code], [0, 0]);
    assert.ok(first.output === all && second.output === all, 'all of 20 000 lines, twice');
  });

  it('takes input as base64, as text that is none, and as plain text', async () => {
    const place = placeOf();
    const pid = await create(place, { command: 'cat >/tmp/typed' });
    const stdin = `${place.url}/pty/${pid}/stdin`;
    for (const input of [
      { data: Buffer.from('ñ as base64\n').toString('base64') },
      { data: 'echo raw text\n' },
      { text: 'ZWNobw==\n' },
      { text: '\u0004' },
    ]) {
      const { status, text } = await post(stdin, input);
      assert.deepEqual([status, text], [200, '{"ok":true}']);
    }
    await streamed(place, pid);
    assert.equal(await place.desktop.bash('cat /tmp/typed'), 'ñ as base64\necho raw text\nZWNobw==');
    assert.equal((await post(stdin, { text: 'late' })).status, 409);
  });

  it('works over a WebSocket, and one that comes back sees what was', async () => {
    const place = placeOf();
    const pid = await create(place);
    const one = followed(place, pid);
    await once(one.socket, 'open');
    one.socket.send(JSON.stringify({ type: 'resize', cols: 132, rows: 50 }));
    one.socket.send(JSON.stringify({ type: 'stdin', data: Buffer.from('stty size\r').toString('base64') }));
    await one.prints('50 132');
    assert.deepEqual((await ask(`${place.url}/pty/${pid}`)).json(), { pid, cols: 132, rows: 50 });
    one.socket.terminate();
    const two = followed(place, pid);
    await two.prints('50 132');
    two.socket.send(JSON.stringify({ type: 'stdin', text: 'exit 7\r' }));
    assert.equal((await two.seen()).code, 7);
  });

  it('ends a program and what it started', async () => {
    const place = placeOf();
    const pid = await create(place, { command: 'trap "" HUP; sleep 1000 & wait; sleep 1001' });
    const sleeping = 'pgrep --full "^sleep 100[01]"';
    await until(LIMIT_MS, () => place.desktop.bash(`${sleeping} >/dev/null || echo not started`));
    const end = (): Promise<Answer> => ask(`${place.url}/pty/${pid}`, { method: 'DELETE' });
    assert.deepEqual((await end()).json(), { killed: true });
    assert.equal(await place.desktop.bash(`${sleeping} || true`), '');
    assert.deepEqual((await end()).json(), { killed: false });
  });

  it('says 404 for a terminal that there is none of, and what is wrong with a request', async () => {
    const { url } = placeOf();
    const asked = [
      await ask(`${url}/pty/999999`),
      await ask(`${url}/pty/999999`, { method: 'DELETE' }),
      await ask(`${url}/pty/999999/stream`),
      await post(`${url}/pty/999999/stdin`, { text: 'a' }),
      await post(`${url}/pty/999999/resize`, { cols: 80, rows: 24 }),
      await ask(`${url}/pty/none`),
    ];
    assert.deepEqual(asked.map(({ status }) => status), asked.map(() => 404)); // prettier-ignore
    const socket = new WebSocket(`${url.replace('http', 'ws')}/pty/999999/ws`);
    const [error] = (await once(socket, 'error')) as [Error];
    assert.match(error.message, /404/);
    const wrong = await post(`${url}/pty`, { cols: 0 });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /cols/);
    assert.match((await post(`${url}/pty`, { cwd: '/none' })).text, /cannot be opened in \/none/);
  });

  it('is worked by cua-computer’s own client', async () => {
    const place = placeOf();
    await using client = await startPythonClient('pty', { base_url: place.url });
    const pid = await client.call('create', [], { command: 'bash', cols: 90, rows: 20 });
    await client.call('send', ['echo $((6 * 7))\n']);
    assert.match(String(await client.call('printed', ['42\r\n'])), /echo/);
    await client.call('resize', [91, 21]);
    await client.call('disconnect');
    assert.deepEqual(await client.call('connect', [pid]), [91, 21]);
    await client.call('printed', ['42\r\n']);
    await client.call('send', ['exit 5\n']);
    assert.equal(await client.call('wait'), 5);
  });
}

describe('a terminal at the server', () => {
  let test: TestComputer;
  let place: Place;
  before(async () => {
    test = await startComputer();
    const [{ id, links } = { id: '', links: { api: '' } }] = await test.server.desktops();
    place = { url: links.api, desktop: DesktopContainer.at(`deskreel-${id}`) };
  });
  after(() => test[Symbol.asyncDispose]());

  theTerminal(() => place);

  it('is worked by the SDK, and its trace shows what was typed and printed, and no secret', async () => {
    const { desktop, tracing } = test;
    await tracing.start();
    const { pid } = await desktop.ptyCreate({ command: 'read -s -p "word? " word; echo got ${#word}' });
    const asks = async (): Promise<string> =>
      (await desktop.ptyRead(pid)).data.toString() === 'word? ' ? '' : 'no prompt';
    await until(LIMIT_MS, asks);
    await desktop.ptySend(pid, 'hunter2', { secret: true });
    await desktop.ptySend(pid, Buffer.from('\r'));
    const { output } = await streamed(place, pid);
    assert.equal(output, 'word? got 7\r\n');
    const end = await desktop.ptyRead(pid, Buffer.byteLength(output));
    assert.deepEqual([end.data.length, end.exitCode], [0, 0]);
    await assert.rejects(desktop.ptyInfo(999_999), { code: 'not_found' });
    const trace = await test.stopTrace();
    const said = (wanted: string) => trace.calls.filter(({ method }) => method === wanted);
    assert.deepEqual([said('pty_create').length, said('pty_send').length], [1, 2]);
    const printed = said('pty_read')
      .filter(({ success }) => success)
      .map(({ result }) => Buffer.from((result as { data: string }).data, 'base64').toString());
    assert.ok(
      printed.some((text) => text.includes('got 7')),
      printed.join('|'),
    );
    assert.doesNotMatch(await trace.text('events.jsonl'), /hunter2/);
  });

  it('prints a secret to who reads it, and the trace has it nowhere', async () => {
    const { desktop, tracing } = test;
    await tracing.start();
    const { pid } = await desktop.ptyCreate({ command: 'cat' });
    await desktop.ptySend(pid, Buffer.from('marigold\r'), { secret: true });
    await desktop.ptySend(pid, 'foxglove\r');
    await until(LIMIT_MS, async () =>
      (await desktop.ptyRead(pid)).data.toString().split(/marigold|foxglove/).length === 5
        ? ''
        : 'not echoed',
    );
    await desktop.ptyKill(pid);
    const trace = await test.stopTrace();
    const bytes = trace.calls.flatMap(({ args, result }) =>
      [args, result].flatMap((part) => (part as { data?: string } | null)?.data ?? []),
    );
    const told = bytes.map((data) => Buffer.from(data, 'base64').toString()).join('|');
    assert.doesNotMatch(told, /marigold/);
    assert.match(told, /\[masked\]\r\n.*foxglove/s);
  });
});

describe('a terminal of the image used alone', () => {
  let place: Place;
  before(async () => {
    const desktop = await DesktopContainer.start({}, [8000]);
    await desktop.whole(LIMIT_MS);
    place = { url: `http://${await desktop.address(8000)}`, desktop };
  });
  after(() => place.desktop[Symbol.asyncDispose]());

  theTerminal(() => place);

  it('is read by no page whose name was made to point here', async () => {
    const pid = await create(place, { command: 'echo secret' });
    const { status } = await ask(`${place.url}/pty/${pid}/stream`, {
      headers: { Host: 'elsewhere.example:8000' },
    });
    assert.equal(status, 421);
  });
});
