// The desktop on which every command shows what it does: an editor, and a page that writes what happens to it into its title.
import { readFile } from 'node:fs/promises';
import type { CommandName } from '../../../protocol/commands/table.ts';
import type { ComputerInterface } from '../../../sdk/index.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { decodePicture, type Picture } from '../../support/picture.ts';
import { eventually } from '../../support/server.ts';
import { ContainerShell } from '../../support/shell.ts';

const PAGE_FILE = new URL('./probe-page.html', import.meta.url);
const PAGE = '/tmp/probe.html';
const EDITOR = '--class mousepad';
/** The page's own key for an empty list. */
const CLEAR_KEY = 'F9';

/** Looks at what one command does; what it replies is not looked at. */
export type Effect = (stage: Stage) => Promise<void>;
export type EffectsOf<N extends CommandName> = Readonly<Record<N, Effect>>;

export interface Stage extends AsyncDisposable {
  readonly desktop: ComputerInterface;
  /** Runs scripts in the container, past the agent. */
  readonly shell: ContainerShell;
  /** What has happened to the page since `clear`, one word for each event. */
  events(): Promise<string[]>;
  /** Brings the page to the front, and its list of events back to empty. */
  clear(): Promise<void>;
  picture(): Promise<Picture>;
  /** Brings the editor to the front with this text alone in it. */
  edit(text?: string): Promise<void>;
  /** What the editor holds. */
  edited(): Promise<string>;
}

export async function openStage(): Promise<Stage> {
  const computer = await startComputer();
  try {
    const stage = new DesktopStage(computer);
    await stage.open();
    return stage;
  } catch (error) {
    await computer[Symbol.asyncDispose]();
    throw error;
  }
}

class DesktopStage implements Stage {
  readonly desktop: ComputerInterface;
  readonly #computer: TestComputer;
  readonly shell: ContainerShell;

  constructor(computer: TestComputer) {
    this.#computer = computer;
    this.desktop = computer.desktop;
    this.shell = new ContainerShell(`deskreel-${computer.computer.desktop.id}`);
  }

  async open(): Promise<void> {
    await this.desktop.writeText(PAGE, await readFile(PAGE_FILE, 'utf8'));
    await this.desktop.launch('mousepad');
    await this.desktop.launch('chromium', [`--app=file://${PAGE}`]);
    await this.shell.run(PLACE);
    await this.clear();
  }

  async events(): Promise<string[]> {
    const title = await this.shell.run("xdotool search --onlyvisible --name '^probe' getwindowname");
    return title.split(' ').slice(1);
  }

  async clear(): Promise<void> {
    await this.#keys("--name '^probe'", CLEAR_KEY);
    await eventually(async () => {
      const events = await this.events();
      if (events.length > 0) throw new Error(`the page still tells ${events.join(' ')}`);
    }, 10_000);
  }

  async picture(): Promise<Picture> {
    return decodePicture(await this.desktop.screenshot());
  }

  async edit(text = ''): Promise<void> {
    await this.#keys(EDITOR, 'ctrl+a Delete');
    if (text !== '') await this.desktop.typeText(text);
  }

  async edited(): Promise<string> {
    await this.shell.run('echo -n NOTHING | xclip -selection clipboard -in >/dev/null 2>&1');
    await this.#keys(EDITOR, 'ctrl+a ctrl+c');
    let text = '';
    await eventually(async () => {
      text = await this.shell.run('timeout 2 xclip -selection clipboard -out');
      if (text === 'NOTHING') throw new Error('the editor has copied nothing');
    }, 5_000);
    return text;
  }

  /** Keys by another tool than ours, for a window that is given the focus first. */
  async #keys(window: string, keys: string): Promise<void> {
    const script = `window=$(xdotool search --onlyvisible ${window} | tail -1)
      xdotool windowactivate --sync $window; xdotool key --delay 30 ${keys}`;
    await this.shell.run(script);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.shell[Symbol.dispose]();
    await this.#computer[Symbol.asyncDispose]();
  }
}

/** The page on the left, the editor on the right. */
const PLACE = `
  place() {
    for i in $(seq 200); do
      window=$(xdotool search --onlyvisible "$1" "$2" 2>/dev/null | tail -1)
      [[ $window ]] && xdotool windowmove "$window" "$3" "$4" windowsize "$window" "$5" "$6" && return
      sleep 0.1
    done
    exit 1
  }
  place --name '^probe' 0 40 760 700 && place --class mousepad 780 40 480 400`;

/** The effects that are seen on the page, each from an empty list of events on. */
export function onPage<N extends CommandName>(effects: EffectsOf<N>): EffectsOf<N> {
  const entries = Object.entries<Effect>(effects).map(([name, effect]) => [
    name,
    async (stage: Stage) => {
      await stage.clear();
      await effect(stage);
    },
  ]);
  return Object.fromEntries(entries) as EffectsOf<N>;
}
