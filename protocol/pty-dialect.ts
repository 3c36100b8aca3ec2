// Terminals as Cua's clients reach them: which command a path below /pty stands for, and the frames of a stream.
import { z } from 'zod';
import { isBase64 } from './base64.ts';
import { parseJson, parseWith } from './codec.ts';
import type { CommandName } from './commands/table.ts';
import { cuaDetail, type CuaHttpAnswer, type RunCommand } from './cua-dialect.ts';
import { DeskreelError, ERROR_STATUS, toDeskreelError } from './errors.ts';

/** What a client reads from a terminal's stream. `data` is base64. */
export type PtyFrame = { type: 'output'; data: string } | { type: 'exit'; code: number };

/** What a client writes to a terminal's WebSocket. */
export const PtyClientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stdin'), data: z.string().optional(), text: z.string().optional() }),
  z.object({ type: z.literal('resize'), cols: z.number(), rows: z.number() }),
  z.object({ type: z.literal('disconnect') }),
]);
export type PtyClientFrame = z.infer<typeof PtyClientFrame>;

/** A terminal that is to be followed: by server-sent events, or by a WebSocket. */
const FOLLOWED = /^\/pty\/(\d+)\/(stream|ws)$/;
const ONE = /^\/pty\/(\d+)(?:\/(stdin|resize))?$/;

/** What a request by its method and what it names below a terminal stands for. */
const COMMANDS: Readonly<Record<string, CommandName>> = {
  GET: 'pty_info',
  DELETE: 'pty_kill',
  'POST stdin': 'pty_send',
  'POST resize': 'pty_resize',
};
/** Commands without an answer of their own. */
const OK = new Set<CommandName>(['pty_send', 'pty_resize']);

/** The terminal whose stream the path is, and which kind of stream. */
export function followedPty(path: string): { pid: number; by: 'stream' | 'ws' } | undefined {
  const [, pid, by] = FOLLOWED.exec(path) ?? [];
  return by === 'stream' || by === 'ws' ? { pid: Number(pid), by } : undefined;
}

/** Carries out a request below /pty that is no stream. An unknown terminal is a 404. */
export async function answerPty(
  request: { method: string; path: string; body: string },
  run: RunCommand,
): Promise<CuaHttpAnswer> {
  try {
    const { command, params } = commandOf(request);
    const { success, result, error } = await run(command, params);
    if (!success) return cuaDetail(ERROR_STATUS[error?.code ?? 'internal'], error?.message ?? 'it failed');
    return {
      status: 200,
      type: 'application/json',
      body: JSON.stringify(OK.has(command) ? { ok: true } : result),
    };
  } catch (thrown) {
    const { status, message } = toDeskreelError(thrown);
    return cuaDetail(status, message);
  }
}

/** A frame of a client's WebSocket as a command; undefined where the client goes. */
export function ptyCommandOf(
  pid: number,
  text: string,
): { command: CommandName; params: Record<string, unknown> } | undefined {
  const { type, ...fields } = parseWith(PtyClientFrame, parseJson(text), 'terminal message');
  if (type === 'disconnect') return undefined;
  return { command: type === 'resize' ? 'pty_resize' : 'pty_send', params: { pid, ...fields } };
}

/** The bytes that input stands for: base64 where it is, else the text itself. */
export function ptyInput({
  data = '',
  text = '',
}: {
  data?: string | undefined;
  text?: string | undefined;
}): Buffer {
  const bytes = Buffer.from(data, isBase64(data) ? 'base64' : 'utf8');
  return Buffer.concat([bytes, Buffer.from(text, 'utf8')]);
}

/** A frame as a server-sent event. */
export function ptyEvent(frame: PtyFrame): string {
  return `data: ${JSON.stringify(frame)}\n\n`;
}

function commandOf({ method, path, body }: { method: string; path: string; body: string }): {
  command: CommandName;
  params: Record<string, unknown>;
} {
  const given = body === '' ? {} : parseWith(z.record(z.string(), z.unknown()), parseJson(body), 'request');
  if (path === '/pty' && method === 'POST') return { command: 'pty_create', params: given };
  const [, pid, part] = ONE.exec(path) ?? [];
  const command = COMMANDS[part === undefined ? method : `${method} ${part}`];
  if (pid === undefined || !command) throw new DeskreelError('not_found', `there is no ${method} ${path}`);
  return { command, params: { ...given, pid: Number(pid) } };
}
