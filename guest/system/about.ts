// The commands about the desktop itself.
import { PROTOCOL_VERSION } from '../../protocol/envelope.ts';
import type { Handlers } from '../handlers.ts';
import { VERSION } from '../version.ts';

export const aboutHandlers: Pick<Handlers, 'version' | 'get_desktop_environment'> = {
  version: () => Promise.resolve({ protocol: PROTOCOL_VERSION, package: VERSION }),
  get_desktop_environment: () => Promise.resolve({ environment: 'xfce' }),
};
