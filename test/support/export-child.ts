// Exports a trace once, throws the bytes away, and prints as JSON how many there were and the memory that it took at its peak.
import { packExport } from '../../trace/exports/pack.ts';
import { exporterFor } from '../../trace/exports/registry.ts';
import { openTrace } from '../../trace/source/source.ts';

/** Milliseconds. */
const SAMPLED_EVERY = 10;

const [format = '', path = ''] = process.argv.slice(2);
// Not `resourceUsage().maxRSS`: Linux counts in it what the parent had when it forked.
let peakBytes = 0;
const sampling = setInterval(
  () => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())),
  SAMPLED_EVERY,
);
await using trace = await openTrace(path);
let bytes = 0;
for await (const chunk of packExport(exporterFor(format), trace) as AsyncIterable<Buffer>) {
  bytes += chunk.length;
}
clearInterval(sampling);
console.log(JSON.stringify({ bytes, peakBytes }));
