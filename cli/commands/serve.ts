// deskreel serve
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { readConfig } from '../../server/config.ts';
import { command } from '../command.ts';
import { portFlag } from '../flags.ts';

export const serve = command({
  name: 'serve',
  about: 'Run the server; Ctrl+C ends it, desktops stay',
  flags: {
    host: { type: 'string', value: 'HOST', about: 'address to listen on (DESKREEL_HOST, 127.0.0.1)' },
    port: {
      type: 'string',
      value: 'PORT',
      about: 'port to listen on; 0 takes a free one (DESKREEL_PORT, 7800)',
    },
    data: { type: 'string', value: 'DIR', about: 'data folder (DESKREEL_DATA, ~/.deskreel)' },
    keep: {
      type: 'string',
      value: 'TIME',
      about: 'how long finished traces are kept: 30d (DESKREEL_KEEP, for ever)',
    },
    'keep-size': {
      type: 'string',
      value: 'SIZE',
      about: 'how much they may take together: 20g (DESKREEL_KEEP_SIZE, no end)',
    },
    durability: {
      type: 'string',
      value: 'process|power',
      about: 'what an answered command of a trace survives (DESKREEL_DURABILITY, process)',
    },
    verbose: { type: 'boolean', about: 'log what goes well, too' },
  },
  notes: ['Prints one line when it listens. What goes wrong is logged as JSON rows on standard error.'],
  run: async ({ flags: { host, port, data, verbose, ...rest } }, { out, signal }) => {
    const overrides = {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port: portFlag('port', port) }),
      ...(data === undefined ? {} : { data }),
    };
    const config = readConfig(overrides, { ...process.env, ...settings(rest) });
    // It runs for weeks. Under load V8 lets its youngest generation grow from 16 to 128 MB and gives none of it back.
    setFlagsFromString('--semi-space-growth-factor=1');
    // Loaded here: no other command needs the server's parts.
    const { startServer } = await import('../../server/app.ts');
    const server = await startServer(config, {
      writeLog: (row, level) => {
        if (verbose === true || level !== 'info') process.stderr.write(row);
      },
    });
    try {
      const login = server.loginLink();
      const found = { url: server.url, login, data: config.data };
      out.result(found, () => `Deskreel listens at ${server.url} - to look in: ${login}`);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
    return true;
  },
});

/** Flags that are settings of the environment under another name. */
function settings(flags: Record<'keep' | 'keep-size' | 'durability', string | undefined>): NodeJS.ProcessEnv {
  const { keep, 'keep-size': size, durability } = flags;
  return {
    ...(keep === undefined ? {} : { DESKREEL_KEEP: keep }),
    ...(size === undefined ? {} : { DESKREEL_KEEP_SIZE: size }),
    ...(durability === undefined ? {} : { DESKREEL_DURABILITY: durability }),
  };
}
