// Step 5: programs that a part of Deskreel uses. Everything else works without them.
import { run } from './command.mjs';
import { installPackages, mayInstallPackages } from './engine.mjs';
import { SetupError } from './progress.mjs';

const PROGRAMS = [
  {
    name: 'ffmpeg',
    ask: ['ffmpeg', '-version'],
    packages: ['ffmpeg'],
    why: 'to export traces as videos',
    without: 'traces are not exported as videos',
  },
  {
    name: 'tesseract',
    ask: ['tesseract', '--version'],
    packages: ['tesseract-ocr', 'tesseract-ocr-eng'],
    why: 'to redact texts in the pictures of traces',
    without: 'texts in pictures are redacted by the recorded trees alone',
  },
];

export async function ensurePrograms(progress) {
  for (const program of PROGRAMS) await ensure(program, progress);
}

async function ensure({ name, ask, packages, why, without }, progress) {
  const asked = await run(ask);
  if (asked.code === 0) return progress.fine(name, versionOf(asked.stdout || asked.stderr, name));
  if (!mayInstallPackages()) return progress.fine(name, `absent: ${without}`);
  await progress.during(name, `absent: getting it, ${why}`, async () => {
    try {
      await installPackages(packages, progress);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      progress.note(name, `it could not be installed: ${without}`);
    }
  });
}

/** Its first line without its name. */
function versionOf(printed, name) {
  return printed.split('\n')[0].replace(name, '').trim().split(' ').slice(0, 2).join(' ');
}
