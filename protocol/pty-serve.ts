// A terminal's stream, whichever side serves it: server-sent events, or a WebSocket that takes input too.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { CuaHttpAnswer, RunCommand } from './cua-dialect.ts';
import { DeskreelError, toDeskreelError } from './errors.ts';
import { Lane } from './lane.ts';
import { answerPty, ptyCommandOf, ptyEvent, type PtyFrame } from './pty-dialect.ts';
import { followPty, type PtyNews } from './pty-stream.ts';

export interface PtyAccess {
  readonly run: RunCommand;
  readonly news: PtyNews;
  /** Ends when the terminal is not to be followed any more. */
  readonly signal: AbortSignal;
}

/** "Internal error" and "normal", as RFC 6455 names them. */
const [BROKEN, NORMAL] = [1011, 1000];

/** The refusal of a terminal that there is none of; undefined where it is there. */
export async function ptyRefusal(pid: number, run: RunCommand): Promise<CuaHttpAnswer | undefined> {
  const answer = await answerPty({ method: 'GET', path: `/pty/${pid}`, body: '' }, run);
  return answer.status === 200 ? undefined : answer;
}

/** Resolves when the program or the client has ended, or the terminal is lost. */
export async function servePtyEvents(
  response: ServerResponse,
  pid: number,
  access: PtyAccess,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, access.signal]);
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.flushHeaders();
  try {
    for await (const frame of followPty(pid, { ...access, signal })) {
      if (!response.write(ptyEvent(frame))) await once(response, 'drain', { signal });
    }
  } catch (error) {
    // The client went, or the terminal was lost with the agent: either way the stream is over.
    if (!signal.aborted && !(error instanceof DeskreelError)) throw error;
  } finally {
    response.end();
  }
}

export function servePtySocket(socket: WebSocket, pid: number, access: PtyAccess): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, access.signal]);
  const inOrder = new Lane();
  const send = (frame: PtyFrame | { type: 'error'; message: string }): Promise<void> =>
    new Promise((resolve) => socket.send(JSON.stringify(frame), () => resolve()));
  socket.on('close', () => gone.abort());
  // What broke the connection closes it, which is heeded.
  socket.on('error', () => gone.abort());
  socket.on('message', (data: Buffer) => {
    void inOrder.enter(async () => {
      const failure = await obey(socket, pid, data.toString('utf8'), access.run);
      if (failure !== undefined) await send({ type: 'error', message: failure });
    });
  });
  void show(pid, { ...access, signal }, send).then(
    () => socket.close(NORMAL),
    (error: unknown) => socket.close(BROKEN, toDeskreelError(error).message.slice(0, 100)),
  );
}

async function show(pid: number, access: PtyAccess, send: (frame: PtyFrame) => Promise<void>): Promise<void> {
  for await (const frame of followPty(pid, access)) await send(frame);
}

/** Resolves with what went wrong, if anything did. */
async function obey(
  socket: WebSocket,
  pid: number,
  text: string,
  run: RunCommand,
): Promise<string | undefined> {
  try {
    const wanted = ptyCommandOf(pid, text);
    if (!wanted) {
      socket.close(NORMAL);
      return undefined;
    }
    return (await run(wanted.command, wanted.params)).error?.message;
  } catch (error) {
    return toDeskreelError(error).message;
  }
}
