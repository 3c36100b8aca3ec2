// Takes the power from a disk while commands flow into a trace on it, looks at what is left, and prints it as one line of JSON.
// The disk is a file system in a file. It is told to stop at once and to forget what it has not written, as when the power
// fails (FS_IOC_SHUTDOWN, as xfstests use it); then it is mounted anew. Arguments: its file, the durability, rounds, a seed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { seededRandom } from '../../support/random.ts';

const [file = '', durability = '', rounds = '', seed = ''] = process.argv.slice(2);
const RECORDER = join(import.meta.dirname, 'power-loss-recorder.ts');
const DISK = '/disk';
const DATA = join(DISK, 'data');
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH. */
const SHUTDOWN = `open(my $disk, '<', '${DISK}') or die; my $how = pack('L', 2); ioctl($disk, 0x8004587d, $how) or die "$!"`;
/** Commands that the desktop must carry out on a disk that is gone. */
const AFTERWARDS = 20;
const random = seededRandom(Number(seed));

function mountDisk(): void {
  execFileSync('mount', ['-o', 'loop', file, DISK]);
}

/** Returns the commands that were answered before the power failed. */
async function recordUntilPowerFails(): Promise<string[]> {
  const recorder = spawn(process.execPath, [RECORDER, DATA, durability], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answered: string[] = [];
  const lines = createInterface(recorder.stdout);
  lines.on('line', (line) => answered.push(line));
  const wanted = 1 + Math.floor(random() * 60);
  while (answered.length < wanted) await once(lines, 'line');
  await pause(random() * 30);
  const before = [...answered];
  execFileSync('perl', ['-e', SHUTDOWN]);
  const goesOn = answered.length + AFTERWARDS;
  while (answered.length < goesOn) await once(lines, 'line');
  recorder.kill('SIGKILL');
  await once(recorder, 'exit');
  execFileSync('umount', [DISK]);
  return before;
}

interface Left {
  readonly replied: Set<string>;
  readonly faults: string[];
  readonly failed: string[];
}

async function whatIsLeft(): Promise<Left> {
  const store = await openTraceStore({ data: DATA, clock: systemClock, log: silentLog });
  const left: Left = { replied: new Set(), faults: [], failed: (await store.recover()).failed };
  for (const { trace_id: id } of await store.list()) {
    const opened = await store.open(id);
    for await (const entry of opened.entries()) {
      if (entry.kind === 'row' && entry.row.type === 'reply') left.replied.add(entry.row.data.call_id);
    }
    await using files = await openTraceFiles((await store.archive(id)).path);
    left.faults.push(...(await verifyTrace(files)).faults.map(faultText));
  }
  await store.close();
  return left;
}

mkdirSync(DISK);
const totals = { answered: 0, missing: 0, failed: 0, faults: [] as string[] };
for (let round = 0; round < Number(rounds); round += 1) {
  mountDisk();
  const answered = await recordUntilPowerFails();
  mountDisk();
  const { replied, faults, failed } = await whatIsLeft();
  totals.answered += answered.length;
  totals.missing += answered.filter((callId) => !replied.has(callId)).length;
  totals.failed += failed.length;
  totals.faults.push(...faults);
  await rm(DATA, { recursive: true });
  execFileSync('umount', [DISK]);
}
process.stdout.write(`RESULT ${JSON.stringify(totals)}\n`);
