// Step 2: a Docker engine that answers.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { must, run } from './command.mjs';
import { SetupError } from './progress.mjs';

const DAEMON_LOG = '/var/log/deskreel-dockerd.log';
const START_LIMIT_MS = 60_000;

/** Uses the engine that the docker command finds (DOCKER_HOST, contexts); else gets one, where we may. */
export async function ensureEngine(progress) {
  const found = await askEngine();
  if (found.version) return progress.fine('engine', `Docker ${found.version}`);
  if (!mayInstall()) throw new SetupError(howToGetDocker(found.problem));
  await progress.during('engine', 'no Docker engine answers: getting one', () => getEngine(progress));
}

async function askEngine() {
  const limit = AbortSignal.timeout(10_000);
  const asked = await run(['docker', 'version', '--format', '{{.Server.Version}}'], { signal: limit });
  if (asked.code === 0) return { version: asked.stdout.trim() };
  return { problem: asked.stderr.trim().split('\n').at(-1) };
}

/** Somebody who named an engine wants that one, not another. */
function mayInstall() {
  if (process.env.DOCKER_HOST || process.env.DOCKER_CONTEXT) return false;
  return mayInstallPackages();
}

/** As root on Debian or its kin. */
export function mayInstallPackages() {
  return process.platform === 'linux' && process.getuid() === 0 && isDebianLike();
}

function isDebianLike() {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync(file, 'utf8'));
}

async function getEngine(progress) {
  const { code: absent } = await run(['dockerd', '--version']);
  const { code: noClient } = await run(['docker', '--version']);
  if (absent || noClient) await installPackages(['docker.io'], progress);
  // Since Debian 13 the command is a package of its own, and only recommended.
  if ((await run(['docker', '--version'])).code) await installPackages(['docker-cli'], progress);
  if (!(await askEngine()).version) await startDaemon(progress);
  await engineAnswers();
}

/** Installs Debian packages, and only what they cannot be without. */
export async function installPackages(packages, progress) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  progress.note('', `apt-get install ${packages.join(' ')}`);
  await must(['apt-get', 'update', '-q'], { env, log: progress.log });
  await must(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages], {
    env,
    log: progress.log,
  });
}

async function startDaemon(progress) {
  if (existsSync('/run/systemd/system')) {
    await must(['systemctl', 'start', 'docker'], { log: progress.log });
    return;
  }
  if (!hasControlGroups()) {
    await installPackages(['cgroupfs-mount'], progress);
    await must(['cgroupfs-mount'], { log: progress.log });
  }
  progress.note('engine', `starting dockerd, which writes to ${DAEMON_LOG}`);
  const output = openSync(DAEMON_LOG, 'a');
  // It has to outlive npm: a session of its own, and nothing of ours held open.
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', output, output] });
  daemon.once('error', (error) => progress.log(`dockerd: ${error.message}\n`));
  daemon.unref();
  closeSync(output);
}

function hasControlGroups() {
  return ['/sys/fs/cgroup/cgroup.controllers', '/sys/fs/cgroup/memory'].some(existsSync);
}

async function engineAnswers() {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await askEngine()).version) {
    if (Date.now() > deadline) {
      throw new SetupError(`The Docker engine did not answer within a minute. See ${DAEMON_LOG}.`);
    }
    await delay(200);
  }
}

function howToGetDocker(problem) {
  const permission = /permission denied/i.test(problem);
  return [
    `Deskreel needs a Docker engine, and none answers: ${problem}`,
    permission
      ? 'Allow yourself to use the one that is there: sudo usermod -aG docker $USER, then log in again'
      : 'Get one: Debian or Ubuntu: sudo apt-get install docker.io; elsewhere: Docker Engine or Docker Desktop',
    'Start it, see that `docker version` shows a server, and run this again. (DOCKER_HOST names an engine elsewhere.)',
  ].join('\n');
}
