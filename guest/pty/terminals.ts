// The desktop's terminals, and the commands that work them.
import { access, constants } from 'node:fs/promises';
import type { CommandParams } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { ptyInput } from '../../protocol/pty-dialect.ts';
import type { Clock } from '../clock.ts';
import type { Handlers } from '../handlers.ts';
import { expandHome } from '../system/files.ts';
import { Terminal } from './terminal.ts';

export type PtyHandlers = Pick<
  Handlers,
  'pty_create' | 'pty_info' | 'pty_send' | 'pty_resize' | 'pty_read' | 'pty_kill'
>;

export interface TerminalParts {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly clock: Clock;
  /** There is something to read of a terminal of which all had been read. */
  readonly onNews: (pid: number) => void;
}

const MAX_RUNNING = 64;
/** Terminals that have ended are kept for who comes late. */
const MAX_ENDED = 32;

export function createPtyHandlers(parts: TerminalParts): PtyHandlers {
  const terminals = new Map<number, Terminal>();
  const at = (pid: number): Terminal => {
    const terminal = terminals.get(pid);
    if (!terminal) throw new DeskreelError('not_found', `there is no terminal ${pid}`);
    return terminal;
  };
  return {
    pty_create: async (params) => {
      forgetOldest(terminals);
      const terminal = await open(params, parts);
      terminals.set(terminal.size.pid, terminal);
      return terminal.size;
    },
    pty_info: async ({ pid }) => Promise.resolve(at(pid).size),
    pty_send: async ({ pid, data, text }) => {
      at(pid).write(ptyInput({ data, text }));
      return Promise.resolve({});
    },
    pty_resize: async ({ pid, cols, rows }) => {
      at(pid).resize(cols, rows);
      return Promise.resolve({});
    },
    pty_read: async ({ pid, offset }) => Promise.resolve(at(pid).read(offset)),
    pty_kill: async ({ pid }) => ({ killed: await at(pid).kill(parts.clock) }),
  };
}

/** The package is native and seldom used: it is loaded for the first terminal. */
async function open(params: CommandParams<'pty_create'>, parts: TerminalParts): Promise<Terminal> {
  const { command, cols, rows, cwd, envs } = params;
  const folder = cwd ? expandHome(cwd, parts.home) : parts.home;
  await assertFolder(folder);
  const { spawn } = await import('@lydell/node-pty');
  const pty = spawn('bash', command ? ['-c', command] : [], {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: folder,
    env: { ...parts.env, ...envs },
    encoding: null,
  });
  return new Terminal(pty, () => parts.onNews(pty.pid));
}

/** The package's child would end without a word. */
async function assertFolder(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch (cause) {
    throw new DeskreelError('command_failed', `the terminal cannot be opened in ${path}`, { cause });
  }
}

function forgetOldest(terminals: Map<number, Terminal>): void {
  const ended = [...terminals].filter(([, terminal]) => terminal.ended).map(([pid]) => pid);
  if (terminals.size - ended.length >= MAX_RUNNING) {
    throw new DeskreelError('conflict', `${MAX_RUNNING} terminals are open: end one first`);
  }
  for (const pid of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) terminals.delete(pid);
}
