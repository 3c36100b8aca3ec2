// Sixty clicks of many kinds on four windows of three toolkits: what the rule of settling has to hold for.
import type { Point } from '../../../protocol/primitives.ts';
import type { ComputerInterface } from '../../../sdk/index.ts';
import { centreOf, waitForElement, type Wanted } from '../../support/elements.ts';
import { seededRandom, shuffled } from '../../support/random.ts';

/** What a person would say of the click, and where it goes. */
export interface Click {
  readonly says: string;
  readonly on: Wanted;
  readonly twice?: boolean;
  /** Not the middle: so many pixels from the right edge and from the top. */
  readonly corner?: { right: number; top: number };
}

const SEED = 60;

/** Each lies so that what is clicked is never covered by another. The calculator is as large as it likes to be. */
const PLACES = {
  'featherpad.FeatherPad': '0,0,60,500,330',
  'mousepad.Mousepad': '0,620,60,640,340',
  'thunar.Thunar': '0,40,380,620,380',
  'gnome-calculator.gnome-calculator': '0,860,180,400,-1',
};

export async function openWindows(desktop: ComputerInterface): Promise<void> {
  await desktop.runCommand(
    `mkdir -p ~/folders/alpha ~/folders/beta && touch ~/folders/alpha/one.txt ~/folders/beta/{two,three}.txt
     xfconf-query -c thunar -p /default-view -n -t string -s ThunarDetailsView`,
  );
  const programs = [['mousepad'], ['thunar', '/home/cua/folders'], ['gnome-calculator'], ['featherpad']];
  for (const [program = '', ...args] of programs) await desktop.launch(program, args);
  await waitForElement(desktop, { app: 'mousepad', role: 'menu', title: 'File' });
  await waitForElement(desktop, { app: 'thunar', role: 'table cell', title: 'alpha' });
  await waitForElement(desktop, { app: 'FeatherPad', role: 'menu item', title: 'File' });
  await waitForElement(desktop, { app: 'gnome-calculator', role: 'button', title: 'C' });
  const moves = Object.entries(PLACES).map(([name, place]) => `wmctrl -x -r ${name} -e ${place}`);
  await desktop.runCommand(moves.join('; '));
}

/** The same sixty every time. */
export function sixtyClicks(): Click[] {
  const chunks = [
    ...['File', 'Edit', 'Search', 'View', 'Document'].map((menu) => openAndShut('mousepad', 'menu', menu)),
    ...['File', 'Edit', 'Options', 'Search'].map((menu) => openAndShut('FeatherPad', 'menu item', menu)),
    ...[1, 2, 3].map(() => applications()),
    applications(['Accessories']),
    ...[1, 2].map(() => dialog(['Help', 'About', 'Close'])),
    dialog(['File', 'Open...', 'Cancel']),
    ...['alpha', 'beta', 'alpha', 'beta'].map(folder),
    calculation(['7', '+', '8', '=', 'C']),
    calculation(['5', '×', '6', '=', 'C']),
    ...['thunar', 'mousepad', 'FeatherPad', 'thunar', 'mousepad', 'FeatherPad'].map(raise),
  ];
  return shuffled(chunks, seededRandom(SEED)).flat();
}

/** Where to click, once it is on the screen. */
export async function locate(desktop: ComputerInterface, { on, corner }: Click): Promise<Point> {
  const { bounds } = await waitForElement(desktop, on);
  if (corner) return { x: bounds.x + bounds.width - corner.right, y: bounds.y + corner.top };
  return centreOf(bounds);
}

export async function press(desktop: ComputerInterface, { twice }: Click, { x, y }: Point): Promise<void> {
  await (twice ? desktop.doubleClick(x, y) : desktop.leftClick(x, y));
}

function openAndShut(app: string, role: string, title: string): Click[] {
  const on = { app, role, title };
  return [
    { says: `opens ${title} of ${app}`, on },
    { says: `shuts ${title} of ${app}`, on },
  ];
}

function applications(submenus: string[] = []): Click[] {
  const button = { app: 'xfce4-panel', role: 'toggle button', title: 'Applications' };
  const inside = submenus.map((title) => ({
    says: `opens ${title} of Applications`,
    on: { app: 'xfce4-panel', role: 'menu', title },
  }));
  return [{ says: 'opens Applications', on: button }, ...inside, { says: 'shuts Applications', on: button }];
}

/** A menu, an item of it that opens a dialog, and the button that closes that. */
function dialog([menu = '', item = '', button = '']: string[]): Click[] {
  const app = 'mousepad';
  return [
    { says: `opens ${menu} of ${app}`, on: { app, role: 'menu', title: menu } },
    { says: `opens the dialog ${item}`, on: { app, role: 'menu item', title: item } },
    { says: `closes the dialog ${item}`, on: { app, role: 'button', title: button } },
  ];
}

function folder(title: string): Click[] {
  const app = 'thunar';
  return [
    { says: `enters the folder ${title}`, on: { app, role: 'table cell', title }, twice: true },
    { says: `leaves the folder ${title}`, on: { app, role: 'button', title: 'Open Parent' } },
  ];
}

function calculation(keys: string[]): Click[] {
  const app = 'gnome-calculator';
  return keys.map((title) => ({ says: `calculates ${title}`, on: { app, role: 'button', title } }));
}

/** By the right of its title bar, which no other window covers. */
function raise(app: string): Click[] {
  return [{ says: `raises ${app}`, on: { app, role: 'frame' }, corner: { right: 110, top: 14 } }];
}
