// Who gets in, asked of a running server over the wire.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { WebSocket, type ClientOptions } from 'ws';
import type { DesktopInfo } from '../../protocol/desktop.ts';
import { ask, TestServer, type Answer } from '../support/server.ts';

function codeOf(answer: Answer): unknown {
  return (answer.json() as { error: { code: unknown } }).error.code;
}

/** All of an answer but its time, and the tag that Express gives it. */
function told({ status, headers, text }: Answer): Pick<Answer, 'status' | 'headers' | 'text'> {
  return { status, headers: { ...headers, date: undefined, etag: undefined }, text };
}

/** The status that an upgrade is refused with. */
async function refusal(url: string, options: ClientOptions): Promise<number | undefined> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  response.resume();
  socket.terminate();
  return response.statusCode;
}

async function opens(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, options);
  await once(socket, 'open');
  return socket;
}

async function roundTrip(socket: WebSocket, message: unknown): Promise<unknown> {
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [reply] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(reply.toString());
}

describe('access', () => {
  let server: TestServer;
  let one: DesktopInfo;
  let other: DesktopInfo;

  before(async () => {
    server = await TestServer.start();
    [one, other] = await Promise.all([server.create({ name: 'one' }), server.create({ name: 'other' })]);
  });
  after(() => server[Symbol.asyncDispose]());

  it('needs no key for /healthz alone', async () => {
    assert.equal((await ask(`${server.url}/healthz`)).status, 200);
    const paths = [
      '/',
      '/readyz',
      '/v1/desktops',
      '/v1/traces',
      `/view/${one.id}`,
      '/novnc/core/rfb.js',
      '/x',
    ];
    for (const path of paths) assert.equal((await ask(`${server.url}${path}`)).status, 401, path);
  });

  it('is given by the token as bearer or API key, and by no other', async () => {
    const { token } = server.running;
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await ask(`${server.url}/v1/desktops`, { headers })).status;
    assert.equal(await status({ Authorization: `Bearer ${token}` }), 200);
    assert.equal(await status({ 'X-API-Key': token }), 200);
    assert.equal(await status({ Authorization: `Bearer ${token}x` }), 401);
    assert.equal(await status({ 'X-API-Key': 'wrong' }), 401);
  });

  it('is given by the printed link as a cookie, under an address without the token', async () => {
    const entered = await ask(server.running.loginLink(`/view/${one.id}`));
    assert.equal(entered.status, 303);
    assert.equal(entered.headers.location, `/view/${one.id}`);
    const [set = ''] = entered.headers['set-cookie'] ?? [];
    assert.match(set, /; HttpOnly; SameSite=Strict$/);
    const Cookie = set.split(';')[0] ?? '';
    const page = (headers: Record<string, string>): Promise<Answer> =>
      ask(`${server.url}/view/${one.id}`, { headers: { Cookie, ...headers } });
    assert.equal((await page({})).status, 200);
    assert.equal((await page({ 'Sec-Fetch-Site': 'same-origin' })).status, 200);
    assert.equal((await page({ 'Sec-Fetch-Site': 'cross-site' })).status, 403);
    assert.equal((await page({ 'Sec-Fetch-Site': 'same-site' })).status, 403);
    const socket = await opens(one.links.ws, { headers: { Cookie }, origin: server.url });
    socket.close();
  });

  it('is not given by a wrong link, and a link leads nowhere else', async () => {
    assert.equal((await ask(`${server.url}/login?token=wrong`)).status, 401);
    for (const next of ['//evil.example', '/\\evil.example', 'http://evil.example']) {
      const link = `${server.url}/login?token=${server.running.token}&next=${encodeURIComponent(next)}`;
      assert.equal((await ask(link)).headers.location, '/', next);
    }
  });

  it('shows a person the form, going on to the page that was wanted', async () => {
    const page = await ask(`${server.url}/view/x`, { headers: { Accept: 'text/html' } });
    assert.equal(page.status, 401);
    assert.match(page.text, /name="token"/);
    assert.match(page.text, /name="next" type="hidden" value="\/view\/x"/);
    const hostile = await ask(`${server.url}/login?next=${encodeURIComponent('/"><b>$&')}`);
    assert.match(hostile.text, /value="\/&#34;&#62;&#60;b&#62;\$&#38;"/);
    const body = `token=${server.running.token}&next=/view/${one.id}`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: server.url };
    const entered = await ask(`${server.url}/login`, { method: 'POST', headers, body });
    assert.equal(entered.headers.location, `/view/${one.id}`);
  });

  it('is refused to pages of other origins, whatever they know', async () => {
    for (const Origin of ['http://evil.example', 'http://localhost:1', 'null']) {
      const answer = await ask(`${server.url}/v1/desktops`, { headers: { ...server.auth, Origin } });
      assert.equal(answer.status, 403, Origin);
      assert.equal(codeOf(answer), 'foreign_origin');
      const keyed = await ask(`${one.links.api}/status`, { headers: { Origin } });
      assert.equal(keyed.status, 403, Origin);
      assert.equal(await refusal(one.links.ws, { headers: server.auth, origin: Origin }), 403);
    }
  });

  it('is refused under a foreign Host', async () => {
    const headers = { ...server.auth, Host: 'evil.example' };
    assert.equal((await ask(`${server.url}/v1/desktops`, { headers })).status, 421);
    assert.equal((await ask(`${server.url}/healthz`, { headers })).status, 421);
    assert.equal(await refusal(one.links.ws, { headers }), 421);
  });

  it('to a socket follows the same rules', async () => {
    for (const url of [one.links.ws, one.links.vnc]) {
      assert.equal(await refusal(url, {}), 401);
      assert.equal(await refusal(url, { headers: { 'X-API-Key': 'wrong' } }), 401);
    }
    assert.equal(await refusal(`${one.links.ws}x`, { headers: server.auth }), 404);
    const elsewhere = one.links.ws.replace(one.id, 'd-nowhere');
    assert.equal(await refusal(elsewhere, { headers: server.auth }), 404);
  });

  it('to Cua’s own socket is given by `authenticate`, and until then nothing is answered', async () => {
    const url = `${server.url.replace('http', 'ws')}/ws`;
    const authenticate = (key: string, name = one.id): object => ({
      command: 'authenticate',
      params: { api_key: key, container_name: name },
    });
    const key = new URL(one.links.api).pathname.slice('/d/'.length);
    for (const right of [server.running.token, key]) {
      const socket = await opens(url);
      assert.deepEqual(await roundTrip(socket, authenticate(right)), {
        success: true,
        message: 'Authentication successful',
      });
      const size = { success: true, size: { width: 1280, height: 800 } };
      assert.deepEqual(await roundTrip(socket, { command: 'get_screen_size' }), size);
      socket.close();
    }
    for (const [wrong, name, error] of [
      ['wrong', one.id, 'Authentication failed'],
      [server.running.token, 'd-nowhere', 'there is no desktop d-nowhere'],
    ] as const) {
      const socket = await opens(url);
      const closed = once(socket, 'close');
      assert.deepEqual(await roundTrip(socket, authenticate(wrong, name)), { success: false, error });
      assert.equal(((await closed) as [number])[0], 1008);
    }
    for (const first of [
      '{"command":"version"}',
      '{"id":1,"command":"version"}',
      '{"hello":{}}',
      '{',
      'x'.repeat(20_000),
    ]) {
      const socket = await opens(url);
      socket.on('message', () => assert.fail('nothing is answered'));
      socket.send(first);
      socket.send(JSON.stringify(authenticate(key)));
      const [code] = (await once(socket, 'close')) as [number];
      assert.ok(code === 1008 || code === 1006, `${code}`);
    }
  });

  it('by the key of a desktop opens that desktop and nothing of the server', async () => {
    const key = new URL(one.links.api).pathname;
    assert.equal((await ask(`${server.url}${key}/status`)).status, 200);
    const shown = await ask(`${server.url}${key}`);
    assert.match(shown.text, new RegExp(`"id":"${one.id}"`));
    for (const [method, path] of [
      ['POST', '/pause'],
      ['POST', '/restart'],
      ['DELETE', ''],
    ] as const) {
      const refused = await ask(`${server.url}${key}${path}`, { method });
      assert.equal(refused.status, 403, path);
    }
    // Steps up the path stay inside of what the key stands for, or are no path at all.
    for (const path of ['/../../v1/desktops', `/../${other.id}/status`, '/%2e%2e/', '//v1/desktops', '/ws']) {
      const status = (await ask(`${server.url}${key}${path}`)).status;
      assert.ok(status === 404 || status === 401, `${path}: ${status}`);
    }
    const bearer = await ask(`${server.url}/v1/desktops`, { headers: { 'X-API-Key': key.slice(3) } });
    assert.equal(bearer.status, 401);
    assert.equal((await ask(`${server.url}/d/drd_unknown/status`)).status, 401);
    const socket = await opens(`${one.links.api.replace('http', 'ws')}/ws`);
    assert.deepEqual(await roundTrip(socket, { command: 'get_screen_size' }), {
      success: true,
      size: { width: 1280, height: 800 },
    });
    socket.close();
  });

  it('gives a command the same answer with and without Express', async () => {
    const { auth, url } = server;
    const keyed = one.links.api;
    const byName = `${url}/v1/desktops/${one.name}`;
    const size = '{"command":"get_screen_size"}';
    const cases: [string, OutgoingHttpHeaders, string, number][] = [
      [keyed, {}, size, 200],
      [byName, auth, size, 200],
      [keyed, {}, '{"command":"left_click","params":{"x":5000,"y":5}}', 200],
      [keyed, {}, '{"command":"type_text"}', 200],
      [keyed, {}, '{"command":"no_such_thing"}', 400],
      [keyed, {}, '{"command":', 400],
      [keyed, {}, '', 400],
      [byName, {}, size, 401],
      [`${url}/d/drd_wrong`, {}, size, 401],
      [keyed, { Origin: 'http://elsewhere.example' }, size, 403],
      [`${url}/v1/desktops/nobody`, auth, size, 404],
      [keyed, { Host: 'elsewhere.example' }, size, 421],
    ];
    for (const [base, headers, body, status] of cases) {
      const post = (framing: OutgoingHttpHeaders): Promise<Answer> =>
        ask(`${base}/cmd`, { method: 'POST', headers: { ...headers, ...framing }, body });
      const quick = await post({ 'Content-Length': body.length });
      // What does not say its length goes by Express, which tags what it answers.
      const slow = await post({ 'Transfer-Encoding': 'chunked' });
      assert.deepEqual(told(quick), told(slow), `${base} ${body}`);
      assert.equal(quick.status, status, `${base} ${body}`);
      assert.notEqual(slow.headers.etag, undefined);
      if (status <= 400) assert.equal(quick.headers.etag, undefined, `${base} ${body}`);
    }
  });

  it('leaves no token and no key in the log', () => {
    const log = server.log.join('');
    assert.match(log, /request\.refused/);
    for (const { links } of [one, other]) {
      const key = new URL(links.api).pathname.slice('/d/'.length);
      assert.ok(!log.includes(key));
    }
    assert.ok(!log.includes(server.running.token));
  });
});

describe('bad input', () => {
  let server: TestServer;
  let desktop: DesktopInfo;

  before(async () => {
    server = await TestServer.start();
    desktop = await server.create();
  });
  after(() => server[Symbol.asyncDispose]());

  it('is answered with the code and the status that fit', async () => {
    const { auth, url } = server;
    const cases: [string, string, number, string][] = [
      ['/v1/desktops', '{bad', 400, 'bad_json'],
      ['/v1/desktops', '[]', 400, 'bad_request'],
      ['/v1/desktops', '{"resolution":"huge"}', 400, 'bad_request'],
      ['/v1/desktops', '{"colour":"red"}', 400, 'bad_request'],
      ['/v1/desktops', '{"cpus":9999}', 400, 'bad_request'],
      ['/v1/desktops', '{"cpus":200}', 400, 'bad_request'],
      ['/v1/desktops', '{"memory":"1k"}', 400, 'bad_request'],
      ['/v1/desktops', '{"image":"not-there:1"}', 503, 'image_missing'],
      [`/v1/desktops/${desktop.id}/trace/start`, '{"name":"../x"}', 400, 'bad_request'],
      [`/v1/desktops/${desktop.id}/trace/stop`, '', 409, 'trace_inactive'],
      [`/v1/desktops/${desktop.id}/commands/nope`, '{}', 404, 'unknown_command'],
      [`/v1/desktops/${desktop.id}/commands/move_cursor`, '{"x":1}', 400, 'bad_params'],
      [`/v1/desktops/${desktop.id}/commands/move_cursor`, '{"x":9999,"y":1}', 400, 'out_of_screen'],
      ['/v1/desktops/d-nowhere/cmd', '{"command":"version"}', 404, 'not_found'],
      ['/v1/nothing', '{}', 404, 'not_found'],
    ];
    for (const [path, body, status, code] of cases) {
      const answer = await ask(`${url}${path}`, { method: 'POST', headers: auth, body });
      assert.deepEqual([answer.status, codeOf(answer)], [status, code], `${path} ${body}: ${answer.text}`);
    }
    assert.deepEqual(await server.leftovers(), [`/deskreel-${desktop.id}`]);
  });

  it('names the field that is wrong', async () => {
    const answer = await server.api('POST', '/v1/desktops', { record: 'sometimes' });
    assert.match(answer.text, /"message":"[^"]*record: /);
  });

  it('of 20 MB is too large, over HTTP and over a socket, and the next command works', async () => {
    const big = Buffer.alloc(20_000_000, 'x');
    const path = `${server.url}/v1/desktops/${desktop.id}/cmd`;
    const answer = await ask(path, { method: 'POST', headers: server.auth, body: big });
    assert.equal(answer.status, 413);
    const socket = await opens(desktop.links.ws, { headers: server.auth });
    socket.on('error', () => undefined);
    socket.send(big);
    const [code] = (await once(socket, 'close')) as [number];
    assert.equal(code, 1009);
    const next = await opens(desktop.links.ws, { headers: server.auth });
    assert.deepEqual(await roundTrip(next, '{oops'), {
      id: null,
      success: false,
      error: ((await roundTrip(next, '{oops')) as { error: unknown }).error,
    });
    const reply = (await roundTrip(next, { id: 1, command: 'get_screen_size' })) as Record<string, unknown>;
    assert.deepEqual([reply['id'], reply['success']], [1, true]);
    next.close();
  });
});
