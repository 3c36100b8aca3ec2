// Exports a trace once, throws the bytes away, and prints as JSON how many there were and the memory that it took at its peak.
import { packExport } from '../../trace/exports/pack.ts';
import { exporterFor } from '../../trace/exports/registry.ts';
import { openTrace } from '../../trace/source/source.ts';
import { samplePeak } from './peak-memory.ts';

const [format = '', path = ''] = process.argv.slice(2);
const peak = samplePeak();
await using trace = await openTrace(path);
let bytes = 0;
for await (const chunk of packExport(exporterFor(format), trace) as AsyncIterable<Buffer>) {
  bytes += chunk.length;
}
console.log(JSON.stringify({ bytes, peakBytes: peak() }));
