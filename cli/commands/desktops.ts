// deskreel up, ls, rm
import { command, UsageError } from '../command.ts';
import { numberFlag, oneOf } from '../flags.ts';
import { table } from '../output.ts';

export const up = command({
  name: 'up',
  about: 'Create a desktop and wait until it is ready',
  flags: {
    name: { type: 'string', value: 'NAME', about: 'its name; made up by default' },
    resolution: { type: 'string', value: 'WxH', about: 'size of its screen (1280x800)' },
    image: { type: 'string', value: 'IMAGE', about: 'its image (deskreel/xfce:latest)' },
    env: { type: 'strings', value: 'NAME=VALUE', about: 'a variable inside it; may be given several times' },
    cpus: { type: 'string', value: 'N', about: 'cores at the most' },
    memory: { type: 'string', value: 'SIZE', about: 'memory at the most, such as 2g' },
    network: { type: 'string', value: 'internet|none', about: 'what it can reach (internet)' },
    record: { type: 'string', value: 'always|on-demand|off', about: 'what may be recorded (always)' },
    ttl: { type: 'string', value: 'SECONDS', about: 'remove it after that time' },
  },
  run: async ({ flags }, { out, server, signal }) => {
    const { name, resolution, image, memory } = flags;
    const given = {
      name,
      resolution,
      image,
      memory,
      env: flags.env && variables(flags.env),
      cpus: numberFlag('cpus', flags.cpus),
      ttl: numberFlag('ttl', flags.ttl),
      network: oneOf('network', flags.network, ['internet', 'none']),
      record: oneOf('record', flags.record, ['always', 'on-demand', 'off']),
    };
    const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
    const deskreel = await server();
    const desktop = await deskreel.createDesktop(Object.fromEntries(chosen), signal);
    out.result(desktop, () => `${desktop.name} is ready (${desktop.id}); watch it: ${desktop.links.view}`);
    return true;
  },
});

function variables(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`up: --env is NAME=VALUE, not ${pair}`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

export const ls = command({
  name: 'ls',
  about: 'List the desktops',
  run: async (_given, { out, server }) => {
    const desktops = await (await server()).listDesktops();
    const rows = desktops.map(({ name, id, state, resolution, createdAt }) => [
      name,
      id,
      state,
      resolution,
      createdAt,
    ]);
    out.result(desktops, () =>
      rows.length === 0
        ? 'No desktops; `deskreel up` creates one.'
        : table(['NAME', 'ID', 'STATE', 'SCREEN', 'CREATED'], rows),
    );
    return true;
  },
});

export const rm = command({
  name: 'rm',
  takes: ['<desktop>'],
  about: 'Remove a desktop and all that is in it; its traces stay',
  run: async ({ words: [wanted = ''] }, { out, server }) => {
    const deskreel = await server();
    const { id, name } = await deskreel.getDesktop(wanted);
    await deskreel.removeDesktop(id);
    out.result({ id, name, removed: true }, () => `${name} is removed`);
    return true;
  },
});
