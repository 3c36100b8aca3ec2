// deskreel trace hold, release
import { command } from '../command.ts';

export const traceHold = command({
  name: 'trace hold',
  takes: ['<trace>'],
  about: 'Keep a trace at the server from being deleted, by anybody and by age',
  run: async ({ words: [wanted = ''] }, { out, server }) => {
    const { traceId, held } = await (await server()).holdTrace(wanted);
    out.result({ trace_id: traceId, held }, () => `${traceId} is held`);
    return true;
  },
});

export const traceRelease = command({
  name: 'trace release',
  takes: ['<trace>'],
  about: 'Let a trace that was held be deleted again',
  run: async ({ words: [wanted = ''] }, { out, server }) => {
    const { traceId, held } = await (await server()).releaseTrace(wanted);
    out.result({ trace_id: traceId, held }, () => `${traceId} is released`);
    return true;
  },
});
