// Writes the archive of a sealed trace, and prints as JSON its size and the memory that it took at its peak.
import { createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { archivePath, writeArchive } from '../../server/recorder/archive.ts';
import { samplePeak } from './peak-memory.ts';

const [dir = '', traceId = '', keyFile = ''] = process.argv.slice(2);
const key = createPrivateKey(await readFile(keyFile, 'utf8'));
const peak = samplePeak();
await writeArchive(dir, traceId, key);
const { size } = await stat(archivePath(dir, traceId));
console.log(JSON.stringify({ bytes: size, peakBytes: peak() }));
