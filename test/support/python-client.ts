// An unmodified Python client in a process of its own, called one method at a time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clientsPython } from './python.ts';

const DRIVER = fileURLToPath(new URL('../clients/driver.py', import.meta.url));

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

export interface PageRun {
  readonly printed: string;
  /** The variable of that name, where the code set it. */
  readonly trace_path: string | null;
}

export interface PythonClient extends AsyncDisposable {
  /** `interface.left_click`, and its arguments. Rejects with what the client raised. */
  call(method: string, args?: readonly unknown[], kwargs?: object): Promise<unknown>;
  /** Runs Python of Cua's documentation, with the client as `computer`. */
  run(code: string): Promise<PageRun>;
  /** The same, of which a picture or a file's bytes are the result. */
  bytes(method: string, ...args: unknown[]): Promise<Buffer>;
}

/** `kind` and `options` as test/clients/driver.py takes them; `cwd` is where it runs. Resolves when the client is connected. */
export async function startPythonClient(
  kind: 'computer' | 'sandbox' | 'pty',
  options: object,
  cwd?: string,
): Promise<PythonClient> {
  const child = spawn(await clientsPython(), [DRIVER, kind, JSON.stringify(options)], {
    cwd,
    env: { ...process.env, CUA_TELEMETRY: '0', DO_NOT_TRACK: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the client ended: ${complaints}`);
    const { result, error } = JSON.parse(value) as Answer;
    if (error !== undefined) throw new Error(error);
    return result;
  };
  const call: PythonClient['call'] = (method, args = [], kwargs = {}) => {
    child.stdin.write(`${JSON.stringify({ call: method, args, kwargs })}\n`);
    return answer();
  };
  const run: PythonClient['run'] = async (code) => {
    child.stdin.write(`${JSON.stringify({ run: code })}\n`);
    return (await answer()) as PageRun;
  };
  assert.equal(await answer(), 'ready');
  return {
    call,
    run,
    bytes: async (method, ...args) =>
      Buffer.from(((await call(method, args)) as { base64: string }).base64, 'base64'),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
