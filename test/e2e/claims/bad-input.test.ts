// Bad input, in both dialects, over sockets and REST: each gets an error that says what is wrong, and the next command
// works, on the same socket where it stays open.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { parseJson } from '../../../protocol/codec.ts';
import type { DesktopInfo } from '../../../protocol/desktop.ts';
import { ask, TestServer, type Answer } from '../../support/server.ts';

const ErrorBody = z.object({ code: z.string(), message: z.string() });
const OwnReply = z.object({
  id: z.union([z.string(), z.number()]).nullable(),
  success: z.literal(false),
  error: ErrorBody,
});
const CuaReply = z.object({ success: z.literal(false), error: z.string() });
const RestError = z.object({ error: ErrorBody });

const TOO_LARGE = Buffer.alloc(20 * 1024 * 1024, 'x');
const SIZE = { width: 1280, height: 800 };

interface Wrong {
  readonly code: string;
  /** What the message names, so that its reader knows what to do. */
  readonly says: RegExp;
}
interface WrongCommand extends Wrong {
  readonly command: string;
  readonly params: Record<string, unknown>;
}

const WRONG_COMMANDS: Record<string, WrongCommand> = {
  'an unknown command': {
    command: 'left_clik',
    params: {},
    code: 'unknown_command',
    says: /left_clik.*left_click/,
  },
  'a missing parameter': {
    command: 'move_cursor',
    params: { x: 5 },
    code: 'bad_params',
    says: /move_cursor: y: /,
  },
  'a parameter of a wrong type': {
    command: 'left_click',
    params: { x: 'left', y: 5 },
    code: 'bad_params',
    says: /left_click: x: /,
  },
  'a place out of the screen': {
    command: 'left_click',
    params: { x: 5000, y: 5 },
    code: 'out_of_screen',
    says: /5000.*1280/,
  },
  'an unknown key': { command: 'press_key', params: { key: 'anykey' }, code: 'unknown_key', says: /anykey/ },
};

/** In Deskreel's dialect. The error comes under the request's id, where there is one. */
const WRONG_FRAMES: Record<string, Wrong & { text: string; id?: number }> = {
  'what is not JSON': { text: '{"id": 1, ', code: 'bad_json', says: /JSON/ },
  'JSON that is no object': { text: '[1, 2]', code: 'bad_request', says: /object.*"command"/ },
  'a request without a command': { text: '{"id": 1}', id: 1, code: 'bad_request', says: /command: / },
  'an id that is none': { text: '{"id": {}, "command": "version"}', code: 'bad_request', says: /id: / },
  'parameters that are no object': {
    text: '{"id": 2, "command": "version", "params": 5}',
    id: 2,
    code: 'bad_request',
    says: /params: /,
  },
};

const WRONG_OPTIONS: Record<string, Wrong & { path: string; body: unknown }> = {
  'an unknown option of create': { path: '', body: { colour: 'red' }, code: 'bad_request', says: /colour/ },
  'a wrong option of create': {
    path: '',
    body: { resolution: 'huge' },
    code: 'bad_request',
    says: /resolution: .*1280x800/,
  },
  'an unknown option of trace start': {
    path: '/ID/trace/start',
    body: { sceenshots: true },
    code: 'bad_request',
    says: /sceenshots/,
  },
  'a wrong option of trace start': {
    path: '/ID/trace/start',
    body: { pace: 'fast' },
    code: 'bad_request',
    says: /pace: .*settled/,
  },
  'a trace name with ../ in it': {
    path: '/ID/trace/start',
    body: { name: '../../etc/x' },
    code: 'bad_request',
    says: /name: .*letters/,
  },
};

function assertError(error: z.infer<typeof ErrorBody>, { code, says }: Wrong): void {
  assert.equal(error.code, code);
  assert.match(error.message, says);
}

/** A client's socket whose answers are read one after the other. */
class Socket {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string, headers: OutgoingHttpHeaders): Promise<Socket> {
    const socket = new WebSocket(url, { headers });
    await once(socket, 'open');
    return new Socket(socket);
  }

  async ask(text: string): Promise<unknown> {
    this.#socket.send(text);
    const [answer] = (await once(this.#socket, 'message')) as [Buffer];
    return parseJson(answer.toString('utf8'));
  }

  /** Sends what the server will not take; resolves with the code it closes with. */
  async closesWith(message: Buffer): Promise<number> {
    this.#socket.on('error', () => undefined);
    this.#socket.send(message);
    const [code] = (await once(this.#socket, 'close')) as [number];
    return code;
  }

  /** That the next command works, in both dialects. */
  async works(): Promise<void> {
    const own = await this.ask(
      JSON.stringify({ id: crypto.randomUUID(), command: 'get_screen_size', params: {} }),
    );
    assert.deepEqual(z.looseObject({ result: z.unknown() }).parse(own).result, { size: SIZE });
    const cua = await this.ask(JSON.stringify({ command: 'get_screen_size' }));
    assert.deepEqual(cua, { success: true, size: SIZE });
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** The status that an upgrade is refused with, and what is said. */
async function refusedUpgrade(
  url: string,
  headers: OutgoingHttpHeaders,
): Promise<{ status: number; text: string }> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const piece of response) text += String(piece);
  socket.terminate();
  return { status: response.statusCode ?? 0, text };
}

describe('bad input gets an error that says what to do, and the next command works', () => {
  let server: TestServer;
  let desktop: DesktopInfo;
  let socket: Socket;
  before(async () => {
    server = await TestServer.start();
    desktop = await server.create();
    socket = await Socket.open(desktop.links.ws, server.auth);
  });
  after(async () => {
    socket.close();
    await server[Symbol.asyncDispose]();
  });
  afterEach(() => socket.works());

  const post = (
    path: string,
    body: string | Buffer,
    headers: OutgoingHttpHeaders = server.auth,
  ): Promise<Answer> =>
    ask(`${server.url}/v1/desktops${path.replace('ID', desktop.id)}`, { method: 'POST', headers, body });

  for (const [name, wrong] of Object.entries(WRONG_FRAMES)) {
    it(`${name}, over a socket`, async () => {
      // What cannot be read at all is answered in the dialect that was spoken last.
      await socket.ask(JSON.stringify({ hello: {} }));
      const reply = OwnReply.parse(await socket.ask(wrong.text));
      assert.equal(reply.id, wrong.id ?? null);
      assertError(reply.error, wrong);
    });
  }

  it('what is not JSON, or no command, over a socket and by HTTP in Cua’s dialect', async () => {
    await socket.ask('{"command": "version"}');
    assert.match(CuaReply.parse(await socket.ask('{"command": ')).error, /JSON/);
    assert.match(CuaReply.parse(await socket.ask('{"params": {}}')).error, /command: /);
    for (const [body, says] of [
      ['{"command": ', /JSON/],
      ['[]', /object|command/],
      ['{}', /command: /],
    ] as const) {
      const answer = await post('/ID/cmd', body);
      assert.equal(answer.status, 400, body);
      assert.match(z.object({ detail: z.string() }).parse(answer.json()).detail, says);
    }
  });

  for (const [name, wrong] of Object.entries(WRONG_COMMANDS)) {
    const { command, params } = wrong;
    it(`${name}, in both dialects, over a socket and by REST`, async () => {
      const own = OwnReply.parse(await socket.ask(JSON.stringify({ id: name, command, params })));
      assert.equal(own.id, name);
      assertError(own.error, wrong);
      assert.match(CuaReply.parse(await socket.ask(JSON.stringify({ command, params }))).error, wrong.says);
      const rest = RestError.parse((await post(`/ID/commands/${command}`, JSON.stringify(params))).json());
      assertError(rest.error, wrong);
      const cmd = await post('/ID/cmd', JSON.stringify({ command, params }));
      assert.match(cmd.text, wrong.says);
    });
  }

  for (const [name, wrong] of Object.entries(WRONG_OPTIONS)) {
    it(name, async () => {
      const answer = await post(wrong.path, JSON.stringify(wrong.body));
      assert.equal(answer.status, 400);
      assertError(RestError.parse(answer.json()).error, wrong);
    });
  }

  it('a message of 20 MB: by HTTP refused, over a socket the end of that socket alone', async () => {
    for (const path of ['/ID/cmd', '/ID/commands/version']) {
      const answer = await post(path, TOO_LARGE);
      assert.equal(answer.status, 413);
      assertError(RestError.parse(answer.json()).error, { code: 'too_large', says: /16|bytes|MiB/ });
    }
    const other = await Socket.open(desktop.links.ws, server.auth);
    assert.equal(await other.closesWith(TOO_LARGE), 1009);
  });

  const STRANGERS: Record<string, Wrong & { status: number; headers: () => OutgoingHttpHeaders }> = {
    'a wrong token': {
      headers: () => ({ 'X-API-Key': 'wrong' }),
      status: 401,
      code: 'unauthorized',
      says: /token/i,
    },
    'a foreign Origin': {
      headers: () => ({ ...server.auth, Origin: 'http://evil.example' }),
      status: 403,
      code: 'foreign_origin',
      says: /evil\.example|origin/i,
    },
    'a foreign Host': {
      headers: () => ({ ...server.auth, Host: 'evil.example' }),
      status: 421,
      code: 'foreign_host',
      says: /evil\.example|host/i,
    },
  };
  for (const [name, { headers, status, ...wrong }] of Object.entries(STRANGERS)) {
    it(`${name}, over a socket and by HTTP in both dialects`, async () => {
      for (const path of ['/ID/commands/version', '/ID/cmd']) {
        const answer = await post(path, '{"command": "version"}', headers());
        assert.equal(answer.status, status);
        assertError(RestError.parse(answer.json()).error, wrong);
      }
      const refused = await refusedUpgrade(desktop.links.ws, headers());
      assert.equal(refused.status, status);
      assertError(RestError.parse(parseJson(refused.text)).error, wrong);
    });
  }
});
