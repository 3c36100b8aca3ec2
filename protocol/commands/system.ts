// Commands about the desktop itself.
import { z } from 'zod';
import { changes, Done, inputs, NoParams, reads } from './spec.ts';

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
  set_wallpaper: inputs({
    title: 'Set wallpaper',
    // A picture file on the desktop; the command ends when the picture shows.
    params: z.object({ path: z.string().min(1).max(4096) }),
    result: Done,
    idempotent: true,
  }),
  wait: reads({
    title: 'Wait',
    /** Seconds. */
    params: z.object({ duration: z.number().min(0).max(100) }),
    result: Done,
    timeoutMs: 110_000,
  }),
  diorama_cmd: changes({
    title: 'Diorama',
    // Known to Cua's clients, of macOS alone: it always fails with `unsupported`.
    params: z.object({ action: z.string(), arguments: z.record(z.string(), z.unknown()).optional() }),
    result: Done,
  }),
};
