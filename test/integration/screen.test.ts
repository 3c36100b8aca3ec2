// The guest's eyes on a real X server: runs screen-inside.ts in a desktop's container, from this checkout.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { IMAGE } from '../support/image.ts';

const run = promisify(execFile);
const HOME = '/opt/deskreel';
const EYES = 'test/integration/screen-inside.ts';
const SUPPORT = ['test/support/no-secrets.ts', 'test/support/no-tree.ts'];
const DESKTOP = 'test/integration/screen-desktop-inside.ts';
const SERVICES = ['xfwm4', 'xfce4-panel', 'xfdesktop'];

async function copySources(container: string): Promise<void> {
  const pack = spawn('tar', [
    'cf',
    '-',
    '--exclude=node_modules',
    'guest',
    'protocol',
    ...SUPPORT,
    EYES,
    DESKTOP,
  ]);
  const unpack = spawn('docker', ['exec', '-i', '-u', '0', container, 'tar', 'xf', '-', '-C', HOME], {
    stdio: [pack.stdout, 'ignore', 'inherit'],
  });
  const [status] = (await once(unpack, 'exit')) as [number];
  assert.equal(status, 0, 'the sources could not be copied into the container');
}

/** Runs a test file in the container; its report is the message of a failure. */
async function passes(container: string, file: string): Promise<void> {
  const node = ['node', '--test', '--test-reporter=tap', '--test-timeout=60000', file];
  const inside = spawn('docker', ['exec', '-w', HOME, container, ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(inside, 'exit');
  const report = await text(inside.stdout);
  const [status] = (await exit) as [number];
  assert.equal(status, 0, report);
  assert.match(report, /^# pass [1-9]/m, report);
}

/** Resolves when the desktop is painted. */
async function desktopUp(container: string): Promise<void> {
  const services = SERVICES.map((name) => `$XDG_RUNTIME_DIR/deskreel/services/${name}`).join(' ');
  // Until the container's entry has laid them out, there are no services to wait for.
  await run('docker', [
    'exec',
    container,
    'bash',
    '-c',
    `until s6-svwait -U -t 30000 ${services}; do :; done`,
  ]);
}

describe("the guest's eyes", { timeout: 180_000 }, () => {
  let container: string;

  before(async () => {
    const { stdout } = await run('docker', ['run', '-d', '--rm', IMAGE]);
    container = stdout.trim();
    await copySources(container);
    await desktopUp(container);
  });
  after(async () => {
    await run('docker', ['rm', '-f', container]);
  });

  it('see what an X server shows', () => passes(container, EYES));
  it('see when a desktop has come to rest', () => passes(container, DESKTOP));
});
