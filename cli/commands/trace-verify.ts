// deskreel trace verify: whether a trace is what was sealed, and if not, which row or file is wrong.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { verifyTrace, type TraceFault, type TraceVerdict } from '../../sdk/index.ts';
import { placeOf } from '../../sdk/address.ts';
import { isTraceId, MANIFEST } from '../../trace/layout.ts';
import { faultText, gapText } from '../../trace/verify/fault.ts';
import { command, type Context } from '../command.ts';
import { withFetched } from '../fetched.ts';

export const traceVerify = command({
  name: 'trace verify',
  takes: ['<trace>'],
  about:
    'Check signature, chain, files, counts and pixels of a trace: its id, or a ZIP or folder by its path',
  flags: {
    key: { type: 'string', value: 'FILE', about: "who must have signed, in PEM (the data folder's key)" },
  },
  notes: [
    'Prints ok, or one line a fault: the file or the row of events.jsonl, and what is wrong with it; then the status is 1.',
    'What the recorder itself could not write is told too: ok, incomplete, and one line a gap. Then the status is 0.',
    'Without a key to compare with it is only told which key signed.',
  ],
  run: async ({ words: [wanted = ''], flags }, context) => {
    const options = { ...(flags.key === undefined ? {} : { key: flags.key }), signal: context.signal };
    const verdict = await verdictOf(wanted, options, context);
    const { faults, gaps, signedBy } = verdict;
    const ok = faults.length === 0;
    const value = { ok, signed_by: signedBy ?? null, compared: verdict.compared, faults, gaps };
    context.out.result(value, () => (ok ? okText(verdict) : faults.map(faultText).join('\n')));
    return ok;
  },
});

/** Nothing was changed; what the recorder itself could not write is not there all the same. */
function okText({ signedBy, compared, gaps }: TraceVerdict): string {
  const seal = `ok, signed by ${signedBy ?? 'nobody'}${compared ? '' : ', not compared'}`;
  return gaps.length === 0 ? seal : [`${seal}, incomplete`, ...gaps.map(gapText)].join('\n');
}

type Options = Parameters<typeof verifyTrace>[1];

async function verdictOf(wanted: string, options: Options, context: Context): Promise<TraceVerdict> {
  if (existsSync(wanted) || !isTraceId(wanted)) return verifyTrace(wanted, options);
  const kept = join(placeOf({}).config.data, 'traces', wanted);
  if (existsSync(join(kept, MANIFEST))) return verifyKept(kept, wanted, options);
  return withFetched(await context.server(), wanted, context.signal, (path) => verifyTrace(path, options));
}

/** What the server itself keeps: the folder, and the ZIP beside it that it gives away. */
async function verifyKept(dir: string, traceId: string, options: Options): Promise<TraceVerdict> {
  const folder = await verifyTrace(dir, options);
  const zip = `${traceId}.zip`;
  if (!existsSync(join(dir, zip))) return folder;
  const archive = await verifyTrace(join(dir, zip), options);
  const inZip = archive.faults.map(({ place, why }): TraceFault => ({ place: `${zip}/${place}`, why }));
  return { ...folder, faults: [...folder.faults, ...inZip] };
}
