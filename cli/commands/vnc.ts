// deskreel vnc
import { once } from 'node:events';
import { command } from '../command.ts';
import { portFlag } from '../flags.ts';

const PORT = 5901;

export const vnc = command({
  name: 'vnc',
  takes: ['<desktop>'],
  about: 'Open a port for native VNC viewers; Ctrl+C shuts it',
  flags: {
    port: {
      type: 'string',
      value: 'PORT',
      about: `port of 127.0.0.1 to listen on; 0 takes a free one (${PORT})`,
    },
    actor: {
      type: 'string',
      value: 'NAME',
      about: 'who is at the viewer, for the trace; made up by default',
    },
  },
  notes: [
    'For TigerVNC, RealVNC, Remmina and others. What is done there is recorded like what is done on',
    "the desktop's page. The password is a new one each time; several viewers may look at once.",
  ],
  run: async ({ words: [wanted = ''], flags }, { out, server, signal }) => {
    const port = flags.port === undefined ? PORT : portFlag('port', flags.port);
    const deskreel = await server();
    const { id, name } = await deskreel.getDesktop(wanted);
    await using gateway = await deskreel.openVnc(id, {
      port,
      ...(flags.actor ? { actor: flags.actor } : {}),
      onFault: (error) => process.stderr.write(`deskreel: ${error.message}\n`),
    });
    const { host, password } = gateway;
    const address = `${host}:${gateway.port}`;
    out.result({ host, port: gateway.port, password }, () =>
      [`${name} is at ${address}, password ${password}`, `  vncviewer ${host}::${gateway.port}`].join('\n'),
    );
    if (!signal.aborted) await once(signal, 'abort');
    return true;
  },
});
