// Whether a trace on disk and its archive hold what they say.
import assert from 'node:assert/strict';
import { parseJson } from '../../../protocol/codec.ts';
import type { TraceStore } from '../../../server/recorder/traces-store.ts';
import { openTraceFiles, readWhole } from '../../../trace/files/trace-files.ts';
import { Manifest } from '../../../trace/manifest.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { calls, unpack, type Unpacked } from './setup.ts';

export async function checkTrace(store: TraceStore, traceId: string): Promise<Unpacked> {
  const archive = await unpack(store, traceId);
  const { dir } = await store.open(traceId);
  await checkSealed(dir);
  await checkSealed(archive.dir);
  assert.equal(archive.metadata['errors'], calls(archive).filter((call) => call['success'] !== true).length);
  const end = archive.events.at(-1);
  assert.equal(end?.type, 'trace_end');
  for (const call of calls(archive)) checkPicture(archive, call);
  return archive;
}

function checkPicture(archive: Unpacked, call: Record<string, unknown>): void {
  // What a client asked to see has no picture before it.
  const fields = call['method'] === 'screenshot' ? ['screenshot'] : ['screenshot', 'before'];
  for (const field of fields) {
    const name = call[field];
    if (typeof name === 'string') assert.ok(archive.pictures.includes(name), `${name} is there`);
    else assert.ok(call['evidence'], `${String(call['method'])} has ${field} or a reason`);
  }
}

/** That a trace verifies, as a folder or as a ZIP. Returns its manifest. */
export async function checkSealed(path: string): Promise<Manifest> {
  await using files = await openTraceFiles(path);
  const { faults } = await verifyTrace(files);
  assert.deepEqual(faults.map(faultText), []);
  return Manifest.parse(parseJson((await readWhole(files, 'manifest.json')).toString('utf8')));
}
