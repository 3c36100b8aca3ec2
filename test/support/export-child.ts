// Exports a trace once, throws the bytes away, and prints as JSON how many there were and the memory that it took at its peak.
import { packExport } from '../../trace/exports/pack.ts';
import { exporterFor } from '../../trace/exports/registry.ts';
import { openTrace } from '../../trace/source/source.ts';

const [format = '', path = ''] = process.argv.slice(2);
await using trace = await openTrace(path);
let bytes = 0;
for await (const chunk of packExport(exporterFor(format), trace) as AsyncIterable<Buffer>) {
  bytes += chunk.length;
}
// Node gives it in kilobytes on every system.
console.log(JSON.stringify({ bytes, peakBytes: process.resourceUsage().maxRSS * 1024 }));
