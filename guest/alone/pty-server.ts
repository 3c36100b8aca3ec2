// Terminals of the image used alone, below /pty on its port 8000.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { cuaDetail, type CuaHttpAnswer, type RunCommand } from '../../protocol/cua-dialect.ts';
import { ERROR_STATUS } from '../../protocol/errors.ts';
import { answerPty, followedPty } from '../../protocol/pty-dialect.ts';
import { ptyRefusal, servePtyEvents, servePtySocket } from '../../protocol/pty-serve.ts';
import type { PtyNews } from '../../protocol/pty-stream.ts';
import { hangUp, namedPlainly, pathOf, readBody } from '../agent/http.ts';
import type { LocalCommands } from './local-commands.ts';

const UNKNOWN_HOST = 'terminals are read by this desktop’s address or plain name only';

export class PtyServer {
  readonly #commands: LocalCommands;
  readonly #news: PtyNews;

  constructor(commands: LocalCommands, news: PtyNews) {
    this.#commands = commands;
    this.#news = news;
  }

  /** The answer; undefined where it was a stream, which is over. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<CuaHttpAnswer | undefined> {
    if (!namedPlainly(request)) return cuaDetail(ERROR_STATUS.foreign_host, UNKNOWN_HOST);
    const signal = hangUp(response);
    const run: RunCommand = (command, params) => this.#commands.run(command, params, signal);
    const { method = 'GET' } = request;
    const path = pathOf(request);
    const followed = method === 'GET' ? followedPty(path) : undefined;
    if (!followed) return answerPty({ method, path, body: await readBody(request) }, run);
    const refusal = await ptyRefusal(followed.pid, run);
    if (!refusal) await servePtyEvents(response, followed.pid, { run, news: this.#news, signal });
    return refusal;
  }

  /** What accepts a WebSocket of this path; undefined where there is no such terminal. */
  async acceptor(path: string): Promise<((socket: WebSocket) => void) | undefined> {
    const { signal } = new AbortController();
    const run: RunCommand = (command, params) => this.#commands.run(command, params, signal);
    const followed = followedPty(path);
    if (followed?.by !== 'ws' || (await ptyRefusal(followed.pid, run))) return undefined;
    return (socket) => servePtySocket(socket, followed.pid, { run, news: this.#news, signal });
  }
}
