// A desktop of the benchmark: created, set with three windows, removed at the end.
import { z } from 'zod';
import type { BenchServer } from './server.ts';
import { Wire } from './wire.ts';

const Made = z.object({ id: z.string(), links: z.object({ ws: z.string() }) });
const Shot = z.object({ frame: z.string() });

export interface BenchDesktop extends AsyncDisposable {
  readonly id: string;
  readonly wire: Wire;
  /** From the request to a desktop that is ready, in milliseconds. */
  readonly readyMs: number;
}

export async function createDesktop(server: BenchServer, record: 'on-demand' | 'off'): Promise<BenchDesktop> {
  const from = performance.now();
  const made = await server.request('POST', '/v1/desktops', { record });
  const readyMs = performance.now() - from;
  const { id, links } = Made.parse(made);
  const wire = await Wire.open(links.ws, server.token);
  return {
    id,
    wire,
    readyMs,
    [Symbol.asyncDispose]: async () => {
      wire.close();
      await server.request('DELETE', `/v1/desktops/${id}`);
    },
  };
}

/** Editor, file manager and terminal side by side, and the shell's answer that they are there. */
export async function openThreeWindows(wire: Wire): Promise<void> {
  const places = {
    mousepad: '0,40,40,600,420',
    thunar: '0,560,60,620,420',
    'xfce4-terminal': '0,300,330,640,400',
  };
  for (const [program, place] of Object.entries(places)) {
    await wire.ask('launch', { app: program });
    await wire.ask('run_command', {
      command: `for i in $(seq 100); do wmctrl -x -r ${program} -e ${place} && exit 0; sleep 0.1; done; exit 1`,
      timeout: 15,
    });
  }
  await settled(wire);
}

/** Waits until two looks at the screen, half a second apart, show the same pixels. */
export async function settled(wire: Wire): Promise<void> {
  const look = async (): Promise<string> => Shot.parse(await wire.ask('screenshot')).frame;
  for (let last = await look(), tries = 0; tries < 40; tries += 1) {
    await wire.ask('run_command', { command: 'sleep 0.5' });
    const now = await look();
    if (now === last) return;
    last = now;
  }
  throw new Error('the screen does not come to rest');
}
