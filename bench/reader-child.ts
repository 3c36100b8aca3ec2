// Opens a trace's archive once and prints how long that took: `reader` by Deskreel's own, `plain` by yauzl and JSON.parse.
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { readTrace } from '../sdk/index.ts';

const [way, path = ''] = process.argv.slice(2);
const from = performance.now();
const count = way === 'reader' ? (await readTrace(path)).events.length : await openPlainly(path);
if (count === 0) throw new Error(`nothing was read of ${path}`);
console.log(performance.now() - from);

async function openPlainly(archive: string): Promise<number> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  let rows: unknown[] = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/events.jsonl')) continue;
    const text = (await buffer(await zip.openReadStreamPromise(entry))).toString();
    rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
  zip.close();
  return rows.length;
}
