// The power of a disk fails while commands flow into a trace: how many answered commands are missing afterwards.
// In a container that may mount a file system: nothing of this machine is touched but a loop device.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Durability } from '../../../protocol/tracing.ts';
import { buildHelper, makeDisk } from '../../support/helper-image.ts';
import { IMAGE } from '../../support/image.ts';

const execute = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, '../../..');
const MEGABYTES = 64;
/** Loop devices by their numbers: the kernel may give any that is free. */
const DEVICES =
  'mknod /dev/loop-control c 10 237; for n in $(seq 0 63); do mknod /dev/loop$n b 7 $n; done; exec "$@"';

const Totals = z.object({
  answered: z.number(),
  missing: z.number(),
  /** Traces that could not be recovered. */
  failed: z.number(),
  faults: z.array(z.string()),
});
export type PowerLoss = z.output<typeof Totals>;

export async function losePower(durability: Durability, rounds: number, seed: number): Promise<PowerLoss> {
  await buildHelper();
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-power-'));
  try {
    await makeDisk(folder, MEGABYTES);
    const mayMount = ['--cap-add', 'SYS_ADMIN', '--security-opt', 'apparmor=unconfined'];
    const devices = ['--device-cgroup-rule', 'b 7:* rmw', '--device-cgroup-rule', 'c 10:237 rmw'];
    const volumes = ['--volume', `${CHECKOUT}:/checkout:ro`, '--volume', `${folder}:/disks`];
    const limits = ['--rm', '--init', '--user', '0', '--network', 'none', '--entrypoint', 'sh'];
    const script = '/checkout/test/integration/recorder/power-loss-child.ts';
    const node = ['/checkout/node_modules/node/bin/node', script];
    const words = [...node, '/disks/disk.ext4', durability, String(rounds), String(seed)];
    const args = [
      'run',
      ...limits,
      ...mayMount,
      ...devices,
      ...volumes,
      IMAGE,
      '-c',
      DEVICES,
      'sh',
      ...words,
    ];
    const { stdout } = await execute('docker', args, { timeout: 600_000 });
    const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
    assert.ok(line, stdout);
    return Totals.parse(JSON.parse(line.slice('RESULT '.length)));
  } finally {
    await rm(folder, { recursive: true });
  }
}
