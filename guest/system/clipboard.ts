// The clipboard, by xclip: it stays behind as the owner, so the content outlives the command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Handlers } from '../handlers.ts';
import { OutputCollector } from './output.ts';

export type ClipboardHandlers = Pick<Handlers, 'copy_to_clipboard' | 'set_clipboard'>;

const SELECTION = ['-selection', 'clipboard'];
/** Larger than any text that `set_clipboard` takes. */
const CLIPBOARD_LIMIT = 64 * 1024 * 1024;

export function createClipboardHandlers(env: NodeJS.ProcessEnv): ClipboardHandlers {
  return {
    copy_to_clipboard: async (_params, call) => ({ content: await readClipboard(env, call.signal) }),
    set_clipboard: async ({ text }, call) => {
      await writeClipboard(env, text, call.signal);
      return {};
    },
  };
}

async function readClipboard(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const child = spawn('xclip', [...SELECTION, '-o', '-t', 'UTF8_STRING'], {
    env,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = new OutputCollector(CLIPBOARD_LIMIT);
  const complaint = new OutputCollector();
  child.stdout.on('data', (chunk: Buffer) => out.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaint.add(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return out.output().text;
  // An empty clipboard has no owner, or one that offers no text.
  const reason = complaint.output().text;
  if (reason.includes('not available')) return '';
  throw new DeskreelError('command_failed', `the clipboard could not be read: ${reason.trim()}`);
}

async function writeClipboard(env: NodeJS.ProcessEnv, text: string, signal: AbortSignal): Promise<void> {
  // No pipe for its output: the owner that stays behind would keep it open.
  const child = spawn('xclip', [...SELECTION, '-i'], { env, signal, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(text);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new DeskreelError('command_failed', `xclip ended with status ${code ?? 'none'}`);
}
