// deskreel setup: what a desktop needs on this machine, from an installed package too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../server/package-root.ts';
import { command } from '../command.ts';

export const setup = command({
  name: 'setup',
  about: 'Get the Docker engine and build the desktop image, where they are missing',
  run: async (_given, { out, signal }) => {
    // With --json its progress goes to standard error.
    const stdio = ['ignore', out.json ? 2 : 'inherit', 'inherit'] as const;
    const script = join(packageRoot(), 'setup', 'image.mjs');
    const child = spawn(process.execPath, [script], { stdio: [...stdio], signal });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0 && out.json) out.result({ ready: true }, () => '');
    return code === 0;
  },
});
