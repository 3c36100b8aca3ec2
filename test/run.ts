// `npm test`: formatting, lint and types first, then every test, closing with the test runner's own summary.
// `--soak` runs the long tests instead; further arguments are file patterns to run instead of all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const args = process.argv.slice(2);
const soak = args.includes('--soak');
const patterns = args.filter((arg) => !arg.startsWith('--'));

/** Desktops share two cores: files that start containers run one after the other. */
const CONTAINERS = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'];
const FAST = ['test/unit/**/*.test.ts'];
/** The image that the tests use, and whether golden files are written anew. */
const FOR_TESTS = new Set(['DESKREEL_IMAGE', 'DESKREEL_GOLDEN']);
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
  const data = await mkdtemp(join(tmpdir(), 'deskreel-tests-'));
  try {
    const runner = ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files];
    const status = await run(process.execPath, runner, ownEnvironment(data));
    const left = await readdir(data);
    if (left.length === 0) return status;
    console.error(
      `a test used the default data folder, it left ${left.join(', ')}: give it a folder of its own`,
    );
    return 1;
  } finally {
    await rm(data, { recursive: true });
  }
}

/** Who runs a server here has its key, its token and perhaps its settings in the environment: no test may see them. */
function ownEnvironment(data: string): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('DESKREEL_') || FOR_TESTS.has(name),
  );
  return { ...Object.fromEntries(ours), DESKREEL_DATA: data };
}

async function run(command: string, commandArgs: string[], env = process.env): Promise<number> {
  const child = spawn(command, commandArgs, { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

process.exitCode = await main();
