// Programs that set-up runs: their output is collected and logged, never mixed into what the user reads.
import { spawn } from 'node:child_process';
import { SetupError } from './progress.mjs';

/**
 * Runs a program to its end.
 *
 * @param {string[]} command program and arguments; no shell
 * @param {object} [options]
 * @param {(text: string) => void} [options.log] gets the command line and all output as it comes
 * @param {(line: string) => void} [options.onLine] gets each line of stdout
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {AbortSignal} [options.signal] ends the program
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} 127: there is no such program;
 *   a program ended by a signal has 128
 */
export function run(command, { log, onLine, env = process.env, cwd, signal } = {}) {
  const [program, ...args] = command;
  log?.(`\n$ ${command.map((word) => (word.length > 200 ? `${word.slice(0, 60)}...` : word)).join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const collected = { stdout: '', stderr: '' };
    const emitLines = lineSplitter(onLine);
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8');
      child[name].on('data', (text) => {
        collected[name] += text;
        log?.(text);
        if (name === 'stdout') emitLines(text);
      });
    }
    child.once('error', (error) => {
      if (error.code === 'ENOENT') resolve({ code: 127, stdout: '', stderr: `${program}: not found` });
      else if (error.name !== 'AbortError') reject(error);
    });
    child.once('close', (code) => resolve({ code: code ?? 128, ...collected }));
  });
}

/** Like `run`, and throws where the program fails; the error tells the end of what it wrote. */
export async function must(command, options) {
  const result = await run(command, options);
  if (result.code === 0) return result;
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n');
  throw new SetupError(`${command.slice(0, 2).join(' ')} ended with ${result.code}:\n${output}`);
}

function lineSplitter(onLine) {
  let rest = '';
  return (text) => {
    if (!onLine) return;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
