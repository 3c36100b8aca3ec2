// A full disk refuses commands that could not be recorded, keeps what was answered, and is over when there is room again.
// In a container, since only an engine can give a small disk to everyone who runs the tests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { IMAGE } from '../../support/image.ts';

const execute = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, '../../..');
const CHILD = '/checkout/test/integration/recorder/full-disk-child.ts';
const NODE = '/checkout/node_modules/node/bin/node';

interface Results {
  first: { answered: number; refusal: string };
  again: string;
  replies: string[];
  nextCall: string;
  start: string;
  state: string;
  summary: { steps: number; errors: number; screenshots: number };
  bytes: number;
}

async function onSmallDisk(): Promise<Results> {
  const disk = ['--tmpfs', '/full:size=3m,mode=1777'];
  const mount = ['-v', `${CHECKOUT}:/checkout:ro`, '-w', '/checkout'];
  // With `--init` what hangs in there can be ended.
  const limits = ['--rm', '--init', '--user', '0', '--network', 'none', '--entrypoint', NODE];
  const args = ['run', ...limits, ...disk, ...mount, IMAGE, CHILD, '/full'];
  const { stdout } = await execute('docker', args, { timeout: 60_000 });
  const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
  assert.ok(line, stdout);
  return JSON.parse(line.slice('RESULT '.length)) as Results;
}

describe('a full disk', () => {
  it('refuses the next command, keeps every answer, and records again when there is room', async () => {
    const results = await onSmallDisk();
    assert.equal(results.first.refusal, 'storage_full');
    assert.ok(results.first.answered > 10);
    assert.equal(results.again, 'none');
    // What was under way when the disk filled up is recorded from the reserve; nothing new begins.
    assert.deepEqual([...new Set(results.replies)], ['none']);
    assert.equal(results.nextCall, 'storage_full');
    assert.equal(results.start, 'storage_full');
    assert.equal(results.state, 'sealed');
    assert.equal(results.summary.steps, results.first.answered + 1 + results.replies.length);
    assert.equal(results.summary.errors, 0);
    assert.ok(results.bytes > 100_000);
  });
});
