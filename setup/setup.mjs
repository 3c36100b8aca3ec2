// Everything between a fresh clone and a desktop that can start. Runs on Node 20 before anything is installed.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBaseImage } from './base-image.mjs';
import { ensureDesktopImage } from './desktop-image.mjs';
import { ensureEngine } from './engine.mjs';
import { ensurePrograms } from './programs.mjs';
import { ensureModules } from './modules.mjs';
import { SetupError, createProgress } from './progress.mjs';

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Does what is not done yet; a second run takes about a second.
 *
 * @param {boolean} quiet say nothing where nothing is to do
 * @returns {Promise<boolean>} false: it failed, and the user was told why
 */
export function setup(quiet) {
  return told(quiet, async (progress) => {
    await ensureModules(root, progress);
    await ensureImage(progress);
  });
}

/** All but the project's own modules, which an installed package has from npm. */
export function setupImage() {
  return told(false, ensureImage);
}

async function ensureImage(progress) {
  await ensureEngine(progress);
  await ensureBaseImage(progress);
  await ensureDesktopImage(root, progress);
  await ensurePrograms(progress);
}

async function told(quiet, work) {
  const progress = createProgress(quiet);
  try {
    if (Number(process.versions.node.split('.')[0]) < 20) {
      throw new SetupError(`Deskreel needs Node 20 or newer to set itself up; this is ${process.version}.`);
    }
    await work(progress);
    progress.end();
    return true;
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
    const log = progress.logFile();
    if (log) process.stderr.write(`All output of the steps: ${log}\n`);
    return false;
  }
}
