// Port 8000 of the image used alone, without a token: Cua's dialect, and nothing for web pages.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { commandList } from '../../protocol/command-list.ts';
import {
  answerBrowserPost,
  answerCuaPost,
  answerCuaText,
  cuaDetail,
  type CuaHttpAnswer,
  type RunCommand,
} from '../../protocol/cua-dialect.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import { Lane } from '../../protocol/lane.ts';
import type { GuestStatus } from '../../protocol/link.ts';
import type { PtyNews } from '../../protocol/pty-stream.ts';
import { fromPage, hangUp, pathOf, readBody, refuse, sendText } from '../agent/http.ts';
import type { LocalCommands } from './local-commands.ts';
import { PtyServer } from './pty-server.ts';

const NO_PAGES = 'requests that carry an Origin are refused: web pages may not drive this desktop';
/** "Message too big", as RFC 6455 names it; `ws` closes with it. */
const LIMITS = { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false };

export interface CuaServerParts {
  readonly commands: LocalCommands;
  readonly status: () => Promise<GuestStatus>;
  readonly ptyNews: PtyNews;
}

export class CuaServer {
  readonly #parts: CuaServerParts;
  readonly #sockets = new WebSocketServer({ noServer: true, ...LIMITS });

  readonly #terminals: PtyServer;

  constructor(parts: CuaServerParts) {
    this.#parts = parts;
    this.#terminals = new PtyServer(parts.commands, parts.ptyNews);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = fromPage(request) ? cuaDetail(403, NO_PAGES) : await this.#route(request, response);
      if (answer) reply(response, answer);
    } catch (thrown) {
      const error = toDeskreelError(thrown);
      if (!response.headersSent) reply(response, cuaDetail(error.status, error.message));
    }
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A client that hangs up while it is looked for.
    socket.on('error', () => socket.destroy());
    if (fromPage(request)) {
      refuse(socket, 403);
      return;
    }
    const path = pathOf(request);
    const accept =
      path === '/ws' ? (ws: WebSocket) => this.#converse(ws) : await this.#terminals.acceptor(path);
    if (!accept) refuse(socket, 404);
    else this.#sockets.handleUpgrade(request, socket, head, accept);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<CuaHttpAnswer | undefined> {
    const path = pathOf(request);
    if (path === '/pty' || path.startsWith('/pty/')) return this.#terminals.answer(request, response);
    const route = `${request.method} ${path}`;
    switch (route) {
      case 'GET /status':
        return json(await this.#parts.status());
      case 'GET /commands':
        return json(commandList());
      case 'POST /cmd':
        return answerCuaPost(await readBody(request), this.#runFor(response));
      case 'POST /playwright_exec':
        return answerBrowserPost(await readBody(request), this.#runFor(response));
      default:
        return cuaDetail(404, `this desktop has no ${route}`);
    }
  }

  #runFor(response: ServerResponse): RunCommand {
    const signal = hangUp(response);
    return (command, params) => this.#parts.commands.run(command, params, signal);
  }

  /** Answers come in the order of the requests: there are no ids. */
  #converse(ws: WebSocket): void {
    const inOrder = new Lane();
    const gone = new AbortController();
    const run: RunCommand = (command, params) => this.#parts.commands.run(command, params, gone.signal);
    ws.on('close', () => gone.abort());
    // What is too large closes the socket with 1009, which is its answer.
    ws.on('error', () => gone.abort());
    ws.on('message', (data: Buffer) => {
      void inOrder.enter(async () => {
        const answer = await answerCuaText(data.toString('utf8'), run);
        if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(answer));
      });
    });
  }
}

function reply(response: ServerResponse, { status, type, body }: CuaHttpAnswer): void {
  sendText(response, status, type, body);
}

function json(body: unknown): CuaHttpAnswer {
  return { status: 200, type: 'application/json', body: JSON.stringify(body) };
}
