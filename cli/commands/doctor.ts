// deskreel doctor: what a desktop needs, what of it is missing, and how to get it.
import { command } from '../command.ts';
import type { Finding } from '../doctor/checks.ts';
import { readConfig } from '../../server/config.ts';

export const doctor = command({
  name: 'doctor',
  about: 'Say what is missing on this machine and how to get it',
  notes: [
    'Ends with 0 where nothing is missing. A server that does not run is no fault: the SDK starts one.',
  ],
  run: async (_given, { out, signal }) => {
    // Loaded here: no other command but `serve` needs the engine's client.
    const { createChecks } = await import('../doctor/checks.ts');
    const findings: Finding[] = [];
    for (const check of createChecks(readConfig(), signal)) findings.push(await check());
    const well = findings.every(({ state }) => state !== 'missing');
    out.result({ ok: well, findings }, () => report(findings, well));
    return well;
  },
});

const MARKS = { ok: 'ok     ', note: 'note   ', missing: 'MISSING' } as const;

function report(findings: readonly Finding[], well: boolean): string {
  const lines = findings.flatMap(({ name, state, found, remedy }) => [
    `${MARKS[state]}  ${name.padEnd(12)}  ${found}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(23)}${remedy}`]),
  ]);
  return [...lines, '', well ? 'Nothing is missing.' : 'Something is missing; see above.'].join('\n');
}
