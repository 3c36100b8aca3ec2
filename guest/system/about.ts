// The commands about the desktop itself.
import { setTimeout as after } from 'node:timers/promises';
import { PROTOCOL_VERSION } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Handlers } from '../handlers.ts';
import { VERSION } from '../version.ts';

export const aboutHandlers: Pick<Handlers, 'version' | 'get_desktop_environment' | 'wait' | 'diorama_cmd'> = {
  version: () => Promise.resolve({ protocol: PROTOCOL_VERSION, package: VERSION }),
  get_desktop_environment: () => Promise.resolve({ environment: 'xfce' }),
  wait: async ({ duration }, { signal }) => {
    await after(duration * 1000, undefined, { signal });
    return {};
  },
  diorama_cmd: () =>
    Promise.reject(
      new DeskreelError('unsupported', 'Diorama is of macOS; use the commands on windows instead'),
    ),
};
