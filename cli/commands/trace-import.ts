// deskreel trace import
import { snakeKeys } from '../../sdk/names.ts';
import { command } from '../command.ts';

export const traceImport = command({
  name: 'trace import',
  takes: ['<archive>'],
  about:
    "Take an archive of Cua's Tracing API or a run of OSWorld, ZIP or folder, into a trace of the server",
  run: async ({ words: [path = ''] }, { out, server, signal }) => {
    const trace = await (await server()).importTrace(path, signal);
    out.result(snakeKeys(trace), () => trace.traceId);
    return true;
  },
});
