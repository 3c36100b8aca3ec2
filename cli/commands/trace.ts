// deskreel trace start, metadata, stop, ls, get, rm
import { parseJson } from '../../protocol/codec.ts';
import type { JsonValue, TracingOptions } from '../../sdk/index.ts';
import { snakeKeys } from '../../sdk/names.ts';
import { command } from '../command.ts';
import { oneOf } from '../flags.ts';
import { table } from '../output.ts';

const SAVE_FLAGS = {
  format: { type: 'string', value: 'zip|dir', about: 'one ZIP file, or a folder (zip)' },
  path: { type: 'string', value: 'PATH', about: 'where (./traces/<trace id>.zip, or that folder)' },
} as const;
const SAVE_NOTES = [
  'Nothing is ever replaced: a folder that is there already gets the trace inside, a file in the way is refused.',
];

export const traceStart = command({
  name: 'trace start',
  takes: ['<desktop>'],
  about: 'Start a trace of what is done on a desktop',
  flags: {
    name: { type: 'string', value: 'NAME', about: 'a label' },
    'accessibility-tree': { type: 'boolean', about: 'with the accessibility tree after each input' },
    video: { type: 'boolean', about: 'with pictures as the screen changes, five a second at the most' },
    'no-screenshots': { type: 'boolean', about: 'without pictures' },
    'no-api-calls': { type: 'boolean', about: 'without the commands' },
    'no-metadata': { type: 'boolean', about: 'without what `trace metadata` adds' },
    pace: {
      type: 'string',
      value: 'free|settled',
      about: 'settled: each input waits for the screen to rest (free)',
    },
    durability: {
      type: 'string',
      value: 'process|power',
      about: "power: an answered command survives the loss of power too (the server's)",
    },
  },
  run: async ({ words: [wanted = ''], flags }, { out, server }) => {
    const durability = oneOf('durability', flags.durability, ['process', 'power']);
    const pace = oneOf('pace', flags.pace, ['free', 'settled']);
    const options: TracingOptions = {
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(pace === undefined ? {} : { pace }),
      ...(durability === undefined ? {} : { durability }),
      accessibilityTree: flags['accessibility-tree'] === true,
      video: flags.video === true,
      screenshots: flags['no-screenshots'] !== true,
      apiCalls: flags['no-api-calls'] !== true,
      metadata: flags['no-metadata'] !== true,
    };
    const deskreel = await server();
    const { id } = await deskreel.getDesktop(wanted);
    const traceId = await deskreel.startTrace(id, options);
    out.result({ trace_id: traceId }, () => traceId);
    return true;
  },
});

export const traceMetadata = command({
  name: 'trace metadata',
  takes: ['<desktop>', '<key>', '<value>'],
  about: 'Add a key and a value (JSON, or plain text) to the trace that runs',
  run: async ({ words: [wanted = '', key = '', text = ''] }, { out, server }) => {
    const deskreel = await server();
    const { id } = await deskreel.getDesktop(wanted);
    const value = valueOf(text);
    await deskreel.addTraceMetadata(id, key, value);
    out.result({ key, value }, () => `${key} is noted`);
    return true;
  },
});

function valueOf(text: string): JsonValue {
  // Numbers, true, false, null, lists and objects are JSON; all else is meant as it stands.
  return /^(-?\d+(\.\d+)?|true|false|null|[[{"].*)$/s.test(text) ? (parseJson(text) as JsonValue) : text;
}

export const traceStop = command({
  name: 'trace stop',
  takes: ['<desktop>'],
  about: 'Stop the trace, save it on this machine, print its path',
  flags: SAVE_FLAGS,
  notes: SAVE_NOTES,
  run: async ({ words: [wanted = ''], flags }, { out, server, signal }) => {
    const deskreel = await server();
    const { id } = await deskreel.getDesktop(wanted);
    const { traceId, path } = await deskreel.stopTrace(id, saveOptions(flags), signal);
    out.result({ trace_id: traceId, path }, () => path);
    return true;
  },
});

export const traceGet = command({
  name: 'trace get',
  takes: ['<trace>'],
  about: 'Save a finished trace on this machine, print its path',
  flags: SAVE_FLAGS,
  notes: SAVE_NOTES,
  run: async ({ words: [wanted = ''], flags }, { out, server, signal }) => {
    const deskreel = await server();
    const { traceId, path } = await deskreel.saveTrace(wanted, saveOptions(flags), signal);
    out.result({ trace_id: traceId, path }, () => path);
    return true;
  },
});

function saveOptions(flags: { format: string | undefined; path: string | undefined }) {
  const format = oneOf('format', flags.format, ['zip', 'dir']);
  return {
    ...(format === undefined ? {} : { format }),
    ...(flags.path === undefined ? {} : { path: flags.path }),
  };
}

export const traceLs = command({
  name: 'trace ls',
  about: 'List the traces of the server',
  run: async (_given, { out, server }) => {
    const traces = await (await server()).listTraces();
    const rows = traces.map(({ traceId, name, desktop, startTime, endTime, state }) => [
      traceId,
      name ?? '',
      desktop,
      startTime,
      endTime ?? '',
      state,
    ]);
    out.result(snakeKeys(traces), () =>
      rows.length === 0 ? 'No traces.' : table(['TRACE', 'NAME', 'DESKTOP', 'START', 'END', 'STATE'], rows),
    );
    return true;
  },
});

export const traceRm = command({
  name: 'trace rm',
  takes: ['<trace>'],
  about: 'Delete a finished trace at the server; what was saved elsewhere stays',
  run: async ({ words: [wanted = ''] }, { out, server }) => {
    await (await server()).deleteTrace(wanted);
    out.result({ trace_id: wanted, deleted: true }, () => `${wanted} is deleted`);
    return true;
  },
});
