// ffmpeg, a program of the host.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { DeskreelError } from '../../../protocol/errors.ts';

const HOW_TO_GET_IT =
  'a video is made by ffmpeg, which is not on this machine. Debian, Ubuntu: sudo apt-get install ffmpeg; macOS: brew install ffmpeg';

const HOW_TO_GET_A_WHOLE_ONE =
  'a video is made by an ffmpeg with libass (captions) and libvpx (WebM), and the one on this machine was built without. That of Debian and Ubuntu has both: sudo apt-get install ffmpeg';
const LACKS = /No such filter|Filter not found|Unknown encoder/;

/** Runs ffmpeg to its end. Throws `unsupported` where there is none or it lacks a part, `internal` with its last lines where it fails. */
export async function runFfmpeg(args: readonly string[], cwd: string, signal?: AbortSignal): Promise<void> {
  const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal ? { signal } : {}),
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  const [said, [code]] = await Promise.all([text(child.stderr), ended]).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new DeskreelError('unsupported', HOW_TO_GET_IT, { cause });
    }
    throw cause;
  });
  if (code !== 0) {
    const lines = said.trim().split('\n').slice(-3).join(' ');
    if (LACKS.test(said)) throw new DeskreelError('unsupported', `${HOW_TO_GET_A_WHOLE_ONE}: ${lines}`);
    throw new DeskreelError('internal', `ffmpeg ended with ${code}: ${lines}`);
  }
}
