// The package as npm makes it: installed in a fresh folder, the README's lines run on Node 22 and 24, in JavaScript and
// in TypeScript, and what the image is built from is in it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import { readTrace } from '../../sdk/index.ts';
import { IMAGE } from '../support/image.ts';

const execute = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const QUIET = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];

let folder = '';
/** Where the package is installed. */
let app = '';
/** Node 22's binary. */
let node22 = '';
/** Of the checkout, as it was packed. */
let source = '';

const npm = (cwd: string, ...args: string[]) => execute('npm', args, { cwd, maxBuffer: 64 * 1024 * 1024 });

async function freshFolder(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  return path;
}

async function run(node: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, DESKREEL_DATA: join(folder, 'data'), DESKREEL_PORT: '1' };
  return (await execute(node, args, { cwd: app, env })).stdout;
}

/** The hash of what the image is built from. */
function sourceOf(root: string): Promise<string> {
  const module = JSON.stringify(join(root, 'setup', 'desktop-image.mjs'));
  const script = `import { imageSource } from ${module}; console.log(imageSource(${JSON.stringify(root)}));`;
  return run(process.execPath, '--input-type=module', '--eval', script);
}

/** The lines that the README shows for one's own code. */
async function readmeLines(): Promise<string> {
  const readme = await readFile(join(PROJECT, 'README.md'), 'utf8');
  const lines = /```ts\n(import \{ Computer \}.*?)```/s.exec(readme)?.[1];
  assert.ok(lines, 'README.md has a piece of TypeScript that imports Computer');
  return lines;
}

async function savedBy(printed: string): Promise<string[]> {
  const path = /\S+\.zip/.exec(printed)?.[0] ?? '';
  const { events, overview } = await readTrace(path);
  assert.equal(overview.errors, 0);
  return events.filter(({ type }) => type === 'api_call').map(({ data }) => String(data['method']));
}

describe('the package', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-pack-'));
    app = await freshFolder('app');
    source = await sourceOf(PROJECT);
    const { stdout } = await npm(PROJECT, 'pack', '--json', '--pack-destination', folder);
    const Packed = z.tuple([z.object({ filename: z.string() })]);
    const [{ filename }] = Packed.parse(parseJson(stdout.slice(stdout.indexOf('['))));
    await npm(app, 'install', ...QUIET, join(folder, filename));
    // Its binary is unpacked by its own install script.
    const other = await freshFolder('node22');
    await npm(other, 'install', '--prefer-offline', '--no-audit', '--no-fund', 'node@22');
    node22 = join(other, 'node_modules', 'node', 'bin', 'node');
    assert.match(await run(node22, '--version'), /^v22\./);
    await writeFile(join(app, 'five.mjs'), await readmeLines());
  });
  after(() => rm(folder, { recursive: true }));

  it('runs the README’s lines as JavaScript on Node 24 and on Node 22', async () => {
    assert.match(process.version, /^v24\./);
    for (const node of [process.execPath, node22]) {
      assert.deepEqual(await savedBy(await run(node, 'five.mjs')), ['left_click'], node);
    }
  });

  it('runs them as TypeScript, checked against the package’s own types', async () => {
    const lines = await readmeLines();
    await writeFile(join(app, 'five.ts'), lines.replace("name: 'first'", 'accessibility_tree: true'));
    await writeFile(join(app, 'wrong.ts'), lines.replace("osType: 'linux'", "osType: 'beos'"));
    const tsc = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = join(PROJECT, 'node_modules', '@types');
    const options = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--typeRoots',
      types,
      '--types',
      'node',
    ];
    await run(process.execPath, tsc, ...options, 'five.ts');
    assert.deepEqual(await savedBy(await run(node22, 'five.js')), ['left_click']);
    assert.deepEqual(await savedBy(await run(process.execPath, 'five.ts')), ['left_click']);
    const refused = run(process.execPath, tsc, ...options, '--noEmit', 'wrong.ts');
    await assert.rejects(refused, (error: { stdout?: string }) => {
      assert.match(error.stdout ?? '', /wrong\.ts.*"beos"/);
      return true;
    });
  });

  it('brings its command, which runs on Node 22', async () => {
    const bin = join(app, 'node_modules', '.bin', 'deskreel');
    assert.match(await run(node22, bin, '--help'), /usage: deskreel <command>/);
    const { findings } = z
      .object({ findings: z.array(z.object({ name: z.string(), state: z.string() })) })
      .parse(parseJson(await run(node22, bin, 'doctor', '--json')));
    assert.ok(!findings.some(({ state }) => state === 'missing'));
  });

  it('holds the pages, the set-up and all that the image is built from', async () => {
    const { stdout } = await execute('git', ['ls-files', 'guest', 'images', 'protocol', 'setup', 'web'], {
      cwd: PROJECT,
    });
    const files = ['Dockerfile.xfce', '.dockerignore', ...stdout.trim().split('\n')];
    const missing = files.filter((file) => !existsSync(join(app, 'node_modules', 'deskreel', file)));
    assert.deepEqual(missing, []);
  });

  it('has the schema of events under its own name', async () => {
    const script = `
      import schema from 'deskreel/schemas/predicate-trace.schema.json' with { type: 'json' };
      console.log(schema.oneOf.length);`;
    assert.equal(await run(node22, '--input-type=module', '--eval', script), '13\n');
  });

  it('builds the very image that the checkout builds', async () => {
    assert.match(source, /^[0-9a-f]{64}\n$/);
    assert.equal(await sourceOf(join(app, 'node_modules', 'deskreel')), source);
    const bin = join(app, 'node_modules', '.bin', 'deskreel');
    const said = await run(node22, bin, 'setup');
    assert.match(said, /engine +Docker /);
    assert.match(said, new RegExp(`desktop image +${IMAGE}$`, 'm'));
  });
});
