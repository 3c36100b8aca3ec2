// `npm test`: formatting, lint and types first, then every test, closing with the test runner's own summary.
// `--soak` runs the long tests instead; further arguments are file patterns to run instead of all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob } from 'node:fs/promises';

const args = process.argv.slice(2);
const soak = args.includes('--soak');
const patterns = args.filter((arg) => !arg.startsWith('--'));

/** Desktops share two cores: files that start containers run one after the other. */
const CONTAINERS = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'];
const FAST = ['test/unit/**/*.test.ts'];
const SOAK = ['test/soak/**/*.test.ts'];

async function main(): Promise<number> {
  if (patterns.length > 0) return runTests(patterns);
  if (soak) return runTests(SOAK);
  for (const check of ['lint', 'types']) {
    const status = await run('npm', ['run', '-s', check]);
    if (status !== 0) return status;
  }
  return runTests([...FAST, ...CONTAINERS]);
}

async function runTests(wanted: string[]): Promise<number> {
  const files = (await Array.fromAsync(glob(wanted))).sort();
  if (files.length === 0) throw new Error(`no test matches ${wanted.join(' ')}`);
  return run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files]);
}

async function run(command: string, commandArgs: string[]): Promise<number> {
  const child = spawn(command, commandArgs, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

process.exitCode = await main();
