// Runs a script of this checkout in a container with a small disk: only an engine can give one to everyone who runs tests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IMAGE } from '../../support/image.ts';

const execute = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, '../../..');
const NODE = '/checkout/node_modules/node/bin/node';

/** What the script prints behind `RESULT `. Its first argument is the disk. */
export async function onSmallDisk(script: string, megabytes: number, ...args: string[]): Promise<unknown> {
  const disk = ['--tmpfs', `/full:size=${megabytes}m,mode=1777`];
  const mount = ['-v', `${CHECKOUT}:/checkout:ro`, '-w', '/checkout'];
  // With `--init` what hangs in there can be ended.
  const limits = ['--rm', '--init', '--user', '0', '--network', 'none', '--entrypoint', NODE];
  const command = [IMAGE, `/checkout/test/integration/recorder/${script}`, '/full', ...args];
  const { stdout } = await execute('docker', ['run', ...limits, ...disk, ...mount, ...command], {
    timeout: 300_000,
  });
  const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
  assert.ok(line, stdout);
  return JSON.parse(line.slice('RESULT '.length)) as unknown;
}
