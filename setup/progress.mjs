// What a person sees of set-up: one line a step, with how long it took; the output of long steps goes to a log file.
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set-up cannot go on, and the message says what the user can do. Shown without a stack. */
export class SetupError extends Error {}

/**
 * @param {boolean} quiet say nothing about steps that had nothing to do
 */
export function createProgress(quiet) {
  const started = Date.now();
  let log;
  let spoke = false;

  const say = (line) => {
    if (!spoke) process.stdout.write('Setting up Deskreel\n');
    spoke = true;
    process.stdout.write(`${line}\n`);
  };
  const row = (name, text) => say(`  ${name.padEnd(15)}${text}`);

  return {
    /** A step that found everything as it should be. */
    fine: (name, text) => {
      if (!quiet) row(name, text);
    },
    /** A step that takes time: `work` runs between the two lines. */
    async during(name, text, work) {
      const begin = Date.now();
      row(name, `${text} ...`);
      const result = await work();
      row(name, `done in ${seconds(begin)}`);
      return result;
    },
    /** How far a long step is. */
    note: (name, text) => row(name, `  ${text}`),
    /** Where output of commands goes; made when first asked for. */
    log(text) {
      log ??= join(mkdtempSync(join(tmpdir(), 'deskreel-setup-')), 'setup.log');
      appendFileSync(log, text);
    },
    logFile: () => log,
    end() {
      if (spoke) process.stdout.write(`Ready after ${seconds(started)}.\n`);
    },
  };
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
