// The commands that start programs: in the desktop's environment, and ended as a whole group when their time is over.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeskreelError } from '../../protocol/errors.ts';
import type { CommandParams, CommandResult } from '../../protocol/commands/table.ts';
import type { Call, Handlers } from '../handlers.ts';
import { expandHome, tell } from './files.ts';
import { OutputCollector, type Output } from './output.ts';

export type ProcessHandlers = Pick<Handlers, 'run_command' | 'launch' | 'open'>;

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

export function createProcessHandlers(around: Surroundings): ProcessHandlers {
  return {
    run_command: (params, call) => runCommand(params, call, around),
    launch: async ({ app, args }) => ({
      pid: await launch(args ? [app, ...args] : ['sh', '-c', app], around),
    }),
    open: async ({ target }) => ({ pid: await launch(['xdg-open', await openable(target, around)], around) }),
  };
}

/** An address, or a path from home. Of files we can tell that they are not there: what opens them says it to nobody. */
async function openable(target: string, { home }: Surroundings): Promise<string> {
  const isFileUrl = /^file:/i.test(target);
  if (!isFileUrl && /^[a-z][a-z0-9+.-]*:/i.test(target)) return target;
  const path = isFileUrl ? pathOfUrl(target) : resolve(home, expandHome(target, home));
  await tell(stat(path));
  return isFileUrl ? target : path;
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new DeskreelError('bad_params', `target: ${url} is no address of a file here`, { cause });
  }
}

type RunParams = CommandParams<'run_command'>;
type RunResult = CommandResult<'run_command'>;

async function runCommand(params: RunParams, call: Call, around: Surroundings): Promise<RunResult> {
  const cwd = expandHome(params.cwd ?? around.home, around.home);
  // Without this the refusal would be of bash, which is there.
  await tell(access(cwd));
  const child = spawn('bash', ['-c', params.command], {
    cwd,
    env: { ...around.env, ...params.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stdout = new OutputCollector();
  const stderr = new OutputCollector();
  child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  const ended = await endOf(child, params.timeout ?? undefined, call.signal);
  if (ended === 'timeout') throw timedOut(params.timeout ?? 0, stdout.output());
  if (ended === 'cancelled')
    throw new DeskreelError('cancelled', 'the command was cancelled; its processes were ended');
  return resultOf(ended, stdout.output(), stderr.output());
}

type End = number | 'timeout' | 'cancelled';

/** What an ended group had written is read within this. Milliseconds. */
const LAST_OUTPUT_MS = 100;

/** The exit status (128 + signal where a signal ended it), once the program and its output are done. */
async function endOf(child: ChildProcess, timeout: number | undefined, signal: AbortSignal): Promise<End> {
  const limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
  const stop = limit ? AbortSignal.any([limit, signal]) : signal;
  const end = (): void => {
    endGroup(child);
    // A process that left the group lives on and may hold the pipes: nobody waits for that one.
    const letGo = setTimeout(
      () => [child.stdout, child.stderr].forEach((pipe) => pipe?.destroy()),
      LAST_OUTPUT_MS,
    );
    child.once('close', () => clearTimeout(letGo));
  };
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (limit?.aborted) return 'timeout';
    if (signal.aborted) return 'cancelled';
    return code ?? 128 + signalNumber(killedBy);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('command_failed', `the command could not be started: ${reason}`, { cause });
  } finally {
    stop.removeEventListener('abort', end);
  }
}

function signalNumber(name: NodeJS.Signals | null): number {
  const known: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGTERM: 15,
  };
  return name === null ? 0 : (known[name] ?? 0);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // The group may have ended in this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function timedOut(seconds: number, stdout: Output): DeskreelError {
  const message = `Command timed out after ${seconds}s`;
  const fields = { stdout: stdout.text, stderr: message, return_code: -1 };
  return new DeskreelError('timeout', message, { details: { fields } });
}

function resultOf(returnCode: number, stdout: Output, stderr: Output): RunResult {
  const result: RunResult = { stdout: stdout.text, stderr: stderr.text, return_code: returnCode };
  if (stdout.base64 !== undefined) result.stdout_b64 = stdout.base64;
  if (stderr.base64 !== undefined) result.stderr_b64 = stderr.base64;
  if (stdout.truncated || stderr.truncated) {
    Object.assign(result, { truncated: true, stdout_bytes: stdout.bytes, stderr_bytes: stderr.bytes });
  }
  return result;
}

/** Starts a program that outlives the command; its process is reaped, its output goes nowhere. */
async function launch(argv: string[], { env, home }: Surroundings): Promise<number> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: home, env, stdio: 'ignore', detached: true });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('command_failed', `${program} could not be started: ${reason}`, { cause });
  }
  child.unref();
  return child.pid ?? 0;
}
