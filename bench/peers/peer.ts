// The other desktop: a container of the same image in which Cua's computer-server listens.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readConfig } from '../../server/config.ts';
import { systemClock } from '../../server/clock.ts';

const command = promisify(execFile);
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGE = 'deskreel-bench-peer';
const PORT = 9000;
const SERVER = `/opt/peer/bin/python -m computer_server --host 0.0.0.0 --port ${PORT}`;
const READY_MS = 60_000;
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
const AUTHORITIES =
  "import { extraAuthorities } from './setup/authorities.mjs'; process.stdout.write(extraAuthorities());";

export interface Peer extends AsyncDisposable {
  readonly container: string;
  readonly url: string;
}

export async function startPeer(): Promise<Peer> {
  await build();
  const container = await docker('run', '--detach', '--publish', `127.0.0.1::${PORT}`, IMAGE);
  const remove = async (): Promise<void> => {
    await docker('rm', '--force', container);
  };
  try {
    await docker('exec', container, 'sh', '-c', 'until wmctrl -m >/dev/null 2>&1; do sleep 0.2; done');
    await docker('exec', '--detach', '--workdir', '/home/cua', container, 'sh', '-c', `exec ${SERVER}`);
    const url = `http://${await docker('port', container, `${PORT}/tcp`)}`;
    await answering(`${url}/status`);
    return { container, url, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Runs the engine's client, and resolves with what it prints. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await command('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

async function build(): Promise<void> {
  const { stdout: authorities } = await command(
    process.execPath,
    ['--input-type=module', '-e', AUTHORITIES],
    {
      cwd: ROOT,
    },
  );
  const named = PROXIES.filter((name) => process.env[name]).flatMap((name) => ['--build-arg', name]);
  const given = ['--build-arg', `BASE=${readConfig().image}`, '--build-arg', `EXTRA_CA=${authorities}`];
  await command('docker', ['build', '--quiet', '--tag', IMAGE, ...given, ...named, FOLDER], {
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });
}

async function answering(url: string): Promise<void> {
  const until = performance.now() + READY_MS;
  for (;;) {
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await systemClock.sleep(200);
  }
}
