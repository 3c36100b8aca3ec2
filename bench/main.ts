// `npm run bench [-- --peers clicks screenshots ready tree idle video tracing reader long]`: measures on real desktops and prints a table.
import { benchClicks } from './clicks.ts';
import { benchIdle, benchReady } from './desktops.ts';
import { Report } from './report.ts';
import { benchLong } from './long.ts';
import { benchPeers } from './peers/compare.ts';
import { benchScreenshots } from './screenshots.ts';
import { benchTree } from './trees.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { benchReader } from './reader.ts';
import { benchTracing } from './tracing.ts';
import { benchVideo } from './video.ts';

const BENCHES: Record<string, (server: BenchServer, report: Report) => Promise<void>> = {
  clicks: benchClicks,
  screenshots: benchScreenshots,
  ready: benchReady,
  tree: benchTree,
  idle: benchIdle,
  video: benchVideo,
  tracing: benchTracing,
  reader: benchReader,
  long: benchLong,
};

/** Beside Cua's computer-server, in a table of its own; builds that container's image first. */
const peers = process.argv.includes('--peers');
const wanted = process.argv.slice(2).filter((name) => name !== '--peers');
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0)
  throw new Error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);

const report = new Report();
{
  await using server = await startBenchServer();
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (peers ? !wanted.includes(name) : wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`measuring ${name}`);
    await bench(server, report);
  }
  if (peers) await benchPeers(server);
}
if (!peers || wanted.length > 0) report.print();
