// deskreel trace cut: a trace of what nobody thought to record.
import { command, UsageError } from '../command.ts';
import { durationFlag } from '../flags.ts';

export const traceCut = command({
  name: 'trace cut',
  takes: ['<desktop>'],
  about:
    'Make a trace of the last minutes of a desktop, traced or not, save it on this machine, print its path',
  flags: {
    last: { type: 'string', value: 'TIME', about: 'how much, up to now: 90s, 10m, 2h' },
    out: { type: 'string', value: 'FILE', about: 'where (./traces/<trace id>.zip)' },
    name: { type: 'string', value: 'NAME', about: 'a label' },
  },
  notes: [
    'A desktop keeps what happens on it for two hours or 256 MB, unless it was created with another `record`.',
  ],
  run: async ({ words: [wanted = ''], flags }, { out, server, signal }) => {
    const lastMs = durationFlag('last', flags.last);
    if (lastMs === undefined) throw new UsageError('trace cut: --last is missing: how much, such as 10m');
    const deskreel = await server();
    const { id } = await deskreel.getDesktop(wanted);
    const options = {
      ...(flags.out === undefined ? {} : { path: flags.out }),
      ...(flags.name === undefined ? {} : { name: flags.name }),
    };
    const { traceId, path } = await deskreel.cutTrace(id, lastMs, options, signal);
    out.result({ trace_id: traceId, path }, () => path);
    return true;
  },
});
