// deskreel trace export
import { existsSync } from 'node:fs';
import { exportFormats, exportTrace } from '../../sdk/index.ts';
import { command } from '../command.ts';

const FORMATS = exportFormats();

export const traceExport = command({
  name: 'trace export',
  takes: ['<trace>', '<format>'],
  about:
    'Save a finished trace in another format: by its id at the server, or a saved ZIP or folder by its path',
  flags: {
    out: {
      type: 'string',
      value: 'PATH',
      about: 'a file, or a folder that gets it (./<trace id>_<format>.…)',
    },
  },
  notes: [
    'Formats:',
    ...FORMATS.map(({ format, about, extension }) => `  ${format.padEnd(12)} ${about} (.${extension})`),
    'Nothing is ever replaced.',
  ],
  run: async ({ words: [trace = '', format = ''], flags }, { out, server, signal }) => {
    const options = { path: flags.out, signal };
    const path = existsSync(trace)
      ? await exportTrace(trace, format, options)
      : (await (await server()).exportTrace(trace, format, options)).path;
    out.result({ format, path }, () => path);
    return true;
  },
});
