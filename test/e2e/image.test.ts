// The desktop image by itself: what it shows, who runs in it, what it costs, and that it comes back when parts die.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { DesktopContainer, until } from '../support/container.ts';
import { IMAGE } from '../support/image.ts';

const command = promisify(execFile);
const TOKEN = 'a-token-for-the-agent';
const START_LIMIT_MS = 20_000;
const RECOVERY_LIMIT_MS = 10_000;
const BACKGROUND = 0x2e4b64;
/** Of the file manager, where its first window is placed. */
const HOME_BUTTON = { x: 138, y: 106 };

/** How to find each process that has to be there. */
const PROCESSES: Record<string, string> = {
  Xvnc: service('xvnc'),
  'the session bus': service('dbus'),
  'the accessibility bus': 'pgrep --full at-spi2/accessibility.conf',
  'the launcher of the accessibility bus': service('a11y'),
  'the accessibility registry': 'pgrep --full ^/usr/libexec/at-spi2-registryd',
  'the store of settings': service('xfconfd'),
  'the settings daemon': service('xfsettingsd'),
  'the window manager': service('xfwm4'),
  'the panel': service('xfce4-panel'),
  'the background': service('xfdesktop'),
  'the agent': service('agent'),
  'the supervisor of Xvnc': 'pgrep --full "^s6-supervise xvnc"',
};

function service(name: string): string {
  return `s6-svstat -o pid $XDG_RUNTIME_DIR/deskreel/services/${name}`;
}

describe('the desktop image', () => {
  let desktop: DesktopContainer;
  before(async () => {
    desktop = await DesktopContainer.start({ DESKREEL_TOKEN: TOKEN });
    await desktop.whole(START_LIMIT_MS);
  });
  after(() => desktop[Symbol.asyncDispose]());

  it('is below 1.6 GB', async () => {
    const { stdout } = await command('docker', ['image', 'inspect', '--format', '{{.Size}}', IMAGE]);
    assert.ok(Number(stdout) < 1.6e9, `${stdout.trim()} bytes`);
  });

  it('shows a panel on a background of one colour', async () => {
    const screen = await desktop.screen();
    assert.deepEqual([screen.width, screen.height], [1280, 800]);
    const background = new Set(
      [5, 640, 1275].flatMap((x) => [60, 400, 795].map((y) => screen.colourAt(x, y))),
    );
    assert.deepEqual([...background], [BACKGROUND]);
    assert.notEqual(screen.colourAt(640, 15), BACKGROUND);
    assert.notEqual(screen.colourAt(640, 15), 0);
  });

  it('runs nothing as root', async () => {
    const users = await desktop.bash('ps -eo user= | sort -u');
    assert.equal(users, 'cua');
  });

  it('keeps its token from every process but the first and the agent', async () => {
    const holders = await desktop.bash(
      `for folder in /proc/[0-9]*; do
         process=\${folder#/proc/}
         # What docker exec starts, as this script, has the container's variables again.
         if [[ $process == $$ || $(ps -o ppid= "$process" | tr -d ' ') == $$ ]]; then continue; fi
         if grep -qz '^DESKREEL_TOKEN=' "$folder/environ"; then tr '\\0' ' ' <"$folder/cmdline"; echo; fi
       done 2>/dev/null`,
    );
    const programs = holders.split('\n').map((line) => line.split(' ')[0]);
    assert.deepEqual(programs, ['/usr/bin/tini', 'node']);
  });

  it('idles below 200 MiB and 1 % of a processor', async () => {
    const samples = [await desktop.cost(), await desktop.cost(), await desktop.cost()];
    const memory = Math.max(...samples.map((sample) => sample.memoryMib));
    const processor = Math.min(...samples.map((sample) => sample.processorPercent));
    assert.ok(memory < 200, `${memory} MiB`);
    assert.ok(processor < 1, `${processor} %`);
  });

  it('shows no tooltip over a button that has one', async () => {
    await desktop.bash('xdotool mousemove 900 700');
    await desktop.launch('thunar');
    const { x, y } = HOME_BUTTON;
    const lookAt = async (): Promise<{ button: number; below: number[] }> => {
      const screen = await desktop.screen();
      const below = Array.from({ length: 200 }, (_, step) => screen.colourAt(x - 100 + step, y + 40));
      return { button: screen.colourAt(x, y - 14), below };
    };
    let resting = await lookAt();
    await until(START_LIMIT_MS, async () => {
      const former = resting;
      resting = await lookAt();
      if (resting.button === BACKGROUND) return 'no file manager';
      return isDeepStrictEqual(resting, former) ? '' : 'the file manager is still drawing';
    });
    await desktop.bash(`xdotool mousemove ${x} ${y}`);
    // A GTK tooltip comes after half a second of rest: this is the time in which it must not.
    await pause(1500);
    const hovered = await lookAt();
    await desktop.bash('pkill --ignore-case thunar');
    assert.notEqual(hovered.button, resting.button, 'the button is lit');
    assert.deepEqual(hovered.below, resting.below);
  });

  it('allows namespaces to browsers, and still no mounts', async () => {
    await desktop.bash('unshare --user true');
    await assert.rejects(desktop.bash('unshare --user --map-root-user --mount mount -t tmpfs none /mnt'));
  });

  it('runs Chromium with its sandbox', async () => {
    await desktop.launch('chromium', 'about:blank');
    await until(START_LIMIT_MS, () =>
      desktop.bash(
        `renderer=$(pgrep --full type=renderer | head -1)
         [[ -n $renderer ]] || { echo no renderer; exit; }
         [[ $(readlink /proc/$renderer/ns/user) != "$(readlink /proc/self/ns/user)" ]] || echo the same namespace`,
      ),
    );
    await desktop.bash('pkill chromium');
  });

  it('draws titles with the fonts of the settings, which may be late', async () => {
    const services = '$XDG_RUNTIME_DIR/deskreel/services';
    const state = async (name: string): Promise<string> =>
      desktop.bash(`s6-svstat -o up,pid ${services}/${name}`);
    /** The program that is the window manager's service. */
    const manager = async (): Promise<string> => {
      const [up, pid] = (await state('xfwm4')).split(' ');
      return up === 'true' ? desktop.bash(`cat /proc/${pid}/comm 2>/dev/null || true`) : '';
    };
    await desktop.bash(`s6-svc -d ${services}/xfsettingsd`);
    await until(START_LIMIT_MS, async () => ((await state('xfsettingsd')).startsWith('false') ? '' : 'up'));
    await desktop.bash(`s6-svc -r ${services}/xfwm4`);
    // Its run script waits: the process is bash, and manages no windows.
    await until(START_LIMIT_MS, async () => ((await manager()) === 'run' ? '' : 'it does not wait'));
    await desktop.bash(`s6-svc -u ${services}/xfsettingsd`);
    await until(START_LIMIT_MS, async () => ((await manager()) === 'xfwm4' ? '' : 'it does not begin'));
  });

  describe('when a process is killed', () => {
    for (const [name, find] of Object.entries(PROCESSES)) {
      it(`comes back whole after ${name}`, async () => {
        const former = await desktop.bash(find);
        await desktop.bash(`kill -KILL ${former}`);
        await until(RECOVERY_LIMIT_MS, async () => {
          // Looking comes first: some are started by the first who asks for them.
          const gaps = await desktop.gaps();
          const present = await desktop.bash(`${find} || true`);
          return present === '' || present === former ? `no new ${name}` : gaps;
        });
      });
    }

    it('is healthy by docker inspect in the end', async () => {
      await until(40_000, async () => {
        const health = await desktop.inspect('{{.State.Health.Status}}');
        return health === 'healthy' ? '' : health;
      });
    });
  });
});

describe('the desktop image with a resolution', () => {
  it('takes the one that is asked for', async () => {
    await using desktop = await DesktopContainer.start({ VNC_RESOLUTION: '1024x600' });
    await desktop.whole(START_LIMIT_MS);
    const { width, height } = await desktop.screen();
    assert.deepEqual([width, height], [1024, 600]);
  });

  it('refuses what is none', async () => {
    await using desktop = await DesktopContainer.start({ VNC_RESOLUTION: '1280x800; reboot' });
    assert.equal(await desktop.ended(), 64);
    assert.match(await desktop.log(), /VNC_RESOLUTION must read like 1280x800/);
  });
});
