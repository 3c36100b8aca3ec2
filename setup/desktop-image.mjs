// Step 4: the desktop image, built again only when what it is made from has changed.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { extraAuthorities } from './authorities.mjs';
import { must, run } from './command.mjs';

/** The name that it is built under; the server makes desktops of the same. */
export const DESKTOP_IMAGE = process.env.DESKREEL_IMAGE || 'deskreel/xfce:latest';
/** The image's label that says what it was made from. */
const SOURCE_LABEL = 'deskreel.source';
/** What Dockerfile.xfce copies; .dockerignore lets the same through. */
const SOURCES = ['.dockerignore', 'Dockerfile.xfce', 'guest', 'images', 'protocol'];
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

export async function ensureDesktopImage(root, progress) {
  const nodeVersion = guestNodeVersion(root);
  const source = imageSource(root);
  const former = await inspect(`{{.Id}} {{index .Config.Labels "${SOURCE_LABEL}"}}`);
  const [formerId, formerSource] = former.split(' ');
  if (formerSource === source) return progress.fine('desktop image', DESKTOP_IMAGE);
  await progress.during('desktop image', `docker build ${DESKTOP_IMAGE}`, async () => {
    await build(root, nodeVersion, source, progress);
    await forget(formerId, progress);
  });
}

/** The guest runs on the project's own Node; an installed package has none, but says which it wants. */
function guestNodeVersion(root) {
  const installed = join(root, 'node_modules/node/package.json');
  if (existsSync(installed)) return JSON.parse(readFileSync(installed, 'utf8')).version;
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return devDependencies.node.replace(/^[^\d]*/, '');
}

async function inspect(format) {
  const asked = await run(['docker', 'image', 'inspect', DESKTOP_IMAGE, '--format', format]);
  return asked.code === 0 ? asked.stdout.trim() : '';
}

async function build(root, nodeVersion, source, progress) {
  const command = ['docker', 'build', '--file', 'Dockerfile.xfce', '--tag', DESKTOP_IMAGE];
  command.push('--label', `${SOURCE_LABEL}=${source}`);
  command.push('--build-arg', `NODE_VERSION=${nodeVersion}`, '--build-arg', `EXTRA_CA=${extraAuthorities()}`);
  for (const name of PROXY_VARIABLES) if (process.env[name]) command.push('--build-arg', name);
  await must([...command, '.'], {
    cwd: root,
    // Engines of any age have the classic builder; a new client would ask an old engine for BuildKit.
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    log: progress.log,
    onLine: stepReporter(progress),
  });
}

/** Tells of the steps that really run; those that the engine had already are passed over. */
function stepReporter(progress) {
  let step = '';
  return (line) => {
    const [, number, total, what] = /^Step (\d+)\/(\d+) : (.*)$/.exec(line) ?? [];
    if (number) step = `step ${number} of ${total}: ${what.slice(0, 60)}`;
    if (line.startsWith(' ---> Running in')) progress.note('desktop image', step);
  };
}

/** The image of before has no name any more; it goes, unless a container still runs it. */
async function forget(id, progress) {
  if (!id || id === (await inspect('{{.Id}}'))) return;
  await run(['docker', 'image', 'rm', id], { log: progress.log });
}

/** The hash of all that the image is made from; an image carries it as its label. */
export function imageSource(root) {
  const hash = createHash('sha256').update(`node ${guestNodeVersion(root)}\n`);
  for (const file of SOURCES.flatMap((path) => filesUnder(root, path))) {
    const content = createHash('sha256').update(readFileSync(join(root, file)));
    const executable = lstatSync(join(root, file)).mode & 0o100 ? 'x' : '-';
    hash.update(`${file} ${executable} ${content.digest('hex')}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(root, path) {
  if (!lstatSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => name !== 'node_modules')
    .sort()
    .flatMap((name) => filesUnder(root, `${path}/${name}`));
}
