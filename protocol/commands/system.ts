// Commands about the desktop itself.
import { z } from 'zod';
import { NoParams, reads } from './spec.ts';

export const systemCommands = {
  version: reads({
    title: 'Version',
    params: NoParams,
    result: z.object({ protocol: z.number().int(), package: z.string() }),
  }),
  get_desktop_environment: reads({
    title: 'Desktop environment',
    params: NoParams,
    result: z.object({ environment: z.string() }),
  }),
};
