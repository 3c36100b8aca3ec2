// Step 3: debian:trixie-slim, from a registry or, where none answers, made from Debian's packages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from './command.mjs';
import { installPackages } from './engine.mjs';
import { SetupError } from './progress.mjs';

const BASE = 'debian:trixie-slim';
/** How long the registry may take to answer at all, not how long the download may last. */
const ANSWER_LIMIT_MS = 15_000;

export async function ensureBaseImage(progress) {
  if ((await run(['docker', 'image', 'inspect', BASE])).code === 0) return progress.fine('base image', BASE);
  await progress.during('base image', `docker pull ${BASE}`, async () => {
    if (await pull(progress)) return;
    progress.note('base image', 'no registry answers: building it with mmdebstrap');
    await bootstrap(progress);
  });
}

async function pull(progress) {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), ANSWER_LIMIT_MS);
  const { code } = await run(['docker', 'pull', BASE], {
    signal: silence.signal,
    log: progress.log,
    onLine: (line) => {
      if (line.includes('Pulling from')) clearTimeout(timer);
    },
  });
  clearTimeout(timer);
  return code === 0;
}

async function bootstrap(progress) {
  if ((await run(['mmdebstrap', '--version'])).code) {
    if (process.getuid?.() !== 0) {
      throw new SetupError(
        `No registry gives ${BASE}. Load it into the engine (docker load), or install mmdebstrap, and run this again.`,
      );
    }
    await installPackages(['mmdebstrap', 'debian-archive-keyring', 'gpg'], progress);
  }
  const folder = mkdtempSync(join(tmpdir(), 'deskreel-base-'));
  const archive = join(folder, 'base.tar');
  const leaveOut = ['doc', 'man', 'info', 'locale'].map((name) => `path-exclude=/usr/share/${name}/*`);
  try {
    await must(
      [
        'mmdebstrap',
        '--variant=minbase',
        '--aptopt=Acquire::Languages "none"',
        ...leaveOut.map((rule) => `--dpkgopt=${rule}`),
        'trixie',
        archive,
      ],
      { log: progress.log },
    );
    await must(['docker', 'import', '--change', 'CMD ["bash"]', archive, BASE], { log: progress.log });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
