// What a screenshot costs a client, by how much of the screen has changed since the last one.
import { createDesktop, openThreeWindows } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { sample } from './stats.ts';
import type { Wire } from './wire.ts';

const SAMPLES = 200;

export async function benchScreenshots(server: BenchServer, report: Report): Promise<void> {
  for (const record of ['off', 'on-demand'] as const) {
    const with_ = record === 'off' ? 'not recorded' : 'traced';
    await using desktop = await createDesktop(server, record);
    const { wire } = desktop;
    await openThreeWindows(wire);
    if (record === 'on-demand') await server.request('POST', `/v1/desktops/${desktop.id}/trace/start`, {});
    const shoot = (): Promise<unknown> => wire.ask('screenshot');
    report.times(`screenshot, ${with_}, nothing changed`, await sample(SAMPLES, shoot), '');
    await openPage(wire);
    const filled = await sample(SAMPLES, shoot, (index) => fillPage(wire, index));
    report.times(`screenshot, ${with_}, a window of 640x400 changed`, filled, 'p50 < 5 ms');
    await openFullScreens(wire);
    const whole = await sample(SAMPLES, shoot, (index) =>
      activate(wire, ['bench-one', 'bench-two'][index % 2]),
    );
    report.times(`screenshot, ${with_}, all changed`, whole, 'p50 < 12 ms');
    if (record === 'on-demand') await server.request('POST', `/v1/desktops/${desktop.id}/trace/stop`, {});
  }
}

/** A terminal window of 640x400 pixels, whose every line can be written anew from outside. */
async function openPage(wire: Wire): Promise<void> {
  const args = [
    '--title',
    'bench-page',
    '--hide-menubar',
    '--hide-scrollbar',
    '-x',
    'sh',
    '-c',
    'tty > /tmp/page; sleep 1000',
  ];
  await wire.ask('launch', { app: 'xfce4-terminal', args });
  await wire.ask('run_command', {
    command:
      'for i in $(seq 80); do wmctrl -r bench-page -e 0,600,380,640,400 && break; sleep 0.1; done; sleep 1',
  });
}

async function fillPage(wire: Wire, index: number): Promise<void> {
  const lines = `seq ${1000 + index * 40} ${1040 + index * 40} | sed 's/$/ the quick brown fox jumps over the lazy dog/'`;
  await wire.ask('run_command', { command: `(printf '\\033[H'; ${lines}) > $(cat /tmp/page); sleep 0.12` });
}

async function activate(wire: Wire, name = ''): Promise<void> {
  await wire.ask('run_command', { command: `wmctrl -a ${name} && sleep 0.12` });
}

/** Two terminals over the whole screen, full of different text. */
async function openFullScreens(wire: Wire): Promise<void> {
  for (const [name, colour] of [
    ['bench-one', '#203040'],
    ['bench-two', '#e8e0d0'],
  ] as const) {
    const fill = `seq 100000 | head -c 20000 | fold -w 150; sleep 1000`;
    const args = [
      '--title',
      name,
      '--fullscreen',
      '--hide-menubar',
      `--color-bg=${colour}`,
      '-x',
      'sh',
      '-c',
      fill,
    ];
    await wire.ask('launch', { app: 'xfce4-terminal', args });
    await wire.ask('run_command', {
      command: `for i in $(seq 80); do wmctrl -a ${name} && break; sleep 0.1; done; sleep 0.5`,
    });
  }
}
