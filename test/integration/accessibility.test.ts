// The tree against the truth: pyatspi's walk of the same programs at the same moment, and what clicks do.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { MAX_TEXT } from '../../guest/accessibility/element.ts';
import type { TreeNode, TreeReport } from '../../protocol/tree.ts';
import { AccessibleDesktop, findNode, type Truth } from '../support/accessible-desktop.ts';
import { until } from '../support/container.ts';

const SCREEN = { width: 1280, height: 800 };
const PAGE = `<!doctype html><title>Local page</title><h1>Heading</h1><p>Some <a href="#x">link</a> and <b>bold</b>.</p>
<label>Name <input value="Ada"></label><label>Secret <input type="password" value="hunter2"></label>
<label><input type="checkbox" checked> Check</label><select><option>One<option>Two</select>
<input type="range" min="0" max="10" value="4"><button onclick="this.textContent='Pressed'">Press me</button>
<textarea>lines\nof text</textarea><ul><li>first<li>second</ul><table><tr><th>H<tr><td>cell</table>
<div style="height:3000px">tall</div><p>bottom</p>`;

interface Program {
  readonly name: string;
  readonly command: string[];
  /** Why bounds differ from pyatspi's, where they rightly do. */
  readonly bounds:
    'equal' | 'title bar added: Qt leaves it out' | 'sizes only: GTK4 tells pyatspi 0,0 for every place';
}

const PROGRAMS: readonly Program[] = [
  { name: 'mousepad', command: ['mousepad'], bounds: 'equal' },
  { name: 'thunar', command: ['thunar', '/usr'], bounds: 'equal' },
  { name: 'xfce4-terminal', command: ['xfce4-terminal'], bounds: 'equal' },
  { name: 'FeatherPad', command: ['featherpad'], bounds: 'title bar added: Qt leaves it out' },
  { name: 'Chromium', command: ['chromium', 'file:///tmp/page.html'], bounds: 'equal' },
  {
    name: 'gnome-calculator',
    command: ['gnome-calculator'],
    bounds: 'sizes only: GTK4 tells pyatspi 0,0 for every place',
  },
];

let desktop: AccessibleDesktop;

before(async () => {
  await AccessibleDesktop.buildWalker();
  desktop = await AccessibleDesktop.start();
  await desktop.bash(`cat >/tmp/page.html <<'PAGE'\n${PAGE}\nPAGE`);
  await until(30_000, async () => ((await desktop.status()).bus ? '' : 'no accessibility bus'));
  await until(30_000, async () => named(await desktop.tree(), 'xfce4-panel') ?? 'no panel');
});

after(async () => {
  await desktop[Symbol.asyncDispose]();
});

describe('the tree of a desktop', () => {
  for (const program of PROGRAMS) {
    it(`has of ${program.name} what pyatspi finds; bounds: ${program.bounds}`, async () => {
      await desktop.launch(...program.command);
      await untilStill(program.name);
      await until(60_000, () => differences(program));
    });
  }

  it('has no gaps, one id for each element, and the same ids the next time', async () => {
    const [first, second] = [await desktop.tree(), await desktop.tree()];
    assert.deepEqual(first.unavailable, []);
    assert.equal(first.truncated, false);
    const ids = flat(first.tree).map(({ id }) => id);
    assert.equal(first.nodes, ids.length);
    assert.equal(new Set(ids).size, ids.length);
    const editor = (report: TreeReport): string[] => flat(appOf(report, 'mousepad')).map(({ id }) => id);
    assert.deepEqual(editor(second), editor(first));
  });

  it('gives bounds to nothing that is off the screen', async () => {
    const { tree } = await desktop.tree();
    for (const { bounds, title } of flat(tree)) {
      if (!bounds) continue;
      const { x, y, width, height } = bounds;
      const seen = x < SCREEN.width && y < SCREEN.height && x + width > 0 && y + height > 0;
      assert.ok(seen && width > 0 && height > 0, `"${title}" has ${JSON.stringify(bounds)}`);
    }
  });

  it('keeps to the limits and says so', async () => {
    const few = await desktop.tree({ max_nodes: 50 });
    assert.equal(few.nodes, 50);
    assert.equal(few.truncated, true);
    assert.deepEqual(
      few.tree.children.map(({ title }) => title),
      (await desktop.tree()).tree.children.map(({ title }) => title),
    );
    const flatReport = await desktop.tree({ max_depth: 3 });
    assert.equal(flatReport.truncated, true);
    assert.ok(
      flatReport.tree.children.every(({ children }) => children.every((one) => one.children.length === 0)),
    );
  });
});

describe('bounds', () => {
  it('of a frame include the title bar that the window manager drew', async () => {
    const report = await desktop.tree();
    for (const name of ['mousepad', 'FeatherPad']) {
      const frame = findNode(appOf(report, name), ({ role }) => role === 'frame', 'frame');
      const [x, y, width, height] = await clientWindow(frame.title);
      assert.ok(frame.bounds && x !== undefined && y !== undefined && width && height);
      assert.ok(frame.bounds.y < y && frame.bounds.x <= x, `${name} begins above its window`);
      assert.ok(frame.bounds.y + frame.bounds.height >= y + height, `${name} ends below its window`);
    }
  });

  it('of GTK4 buttons are where clicks type their digits', async () => {
    await activate('Calculator');
    for (const digit of '1234567890') {
      const app = appOf(await desktop.tree(), 'gnome-calculator');
      await desktop.click(findNode(app, (node) => node.role === 'button' && node.title === digit, digit));
    }
    await until(10_000, async () => {
      const app = appOf(await desktop.tree(), 'gnome-calculator');
      const typed = flat(app).find(
        ({ role, states }) => role === 'text' && states.includes('editable'),
      )?.value;
      return typed === '1234567890' ? '' : `the calculator shows ${String(typed)}`;
    });
  });

  it('of a GTK4 popover are where clicks choose its items', async () => {
    await activate('Calculator');
    const isMode = ({ role, title }: TreeNode): boolean =>
      role === 'toggle button' && /^(Basic|Mode)/.test(title);
    await desktop.click(findNode(appOf(await desktop.tree(), 'gnome-calculator'), isMode, 'button of modes'));
    const item = await untilFound(
      'gnome-calculator',
      ({ role, bounds, states }) =>
        role.includes('radio') && bounds !== undefined && !states.includes('checked'),
    );
    await desktop.click(item);
    await until(10_000, async () => {
      const app = appOf(await desktop.tree(), 'gnome-calculator');
      return flat(app).some(isMode) ? 'the mode is still Basic' : '';
    });
  });

  it('of the items of a menu that a click opened are where clicks activate them', async () => {
    await activate('Mousepad');
    const isFind = ({ title, bounds }: TreeNode): boolean => title.startsWith('Find') && bounds !== undefined;
    const search = findNode(
      appOf(await desktop.tree(), 'mousepad'),
      ({ title }) => title === 'Search',
      'menu',
    );
    assert.ok(!flat(search).some(isFind), 'a closed menu has no bounds for its items');
    await desktop.click(search);
    await desktop.click(await untilFound('mousepad', isFind));
    await until(10_000, async () =>
      flat(appOf(await desktop.tree(), 'mousepad')).some(
        ({ role, states }) => role === 'text' && states.includes('single line') && states.includes('showing'),
      )
        ? ''
        : 'the bar to find text is not there',
    );
    await desktop.bash('xdotool key Escape');
  });
});

describe('the focused element', () => {
  it('is the editor with its text and caret, also where nothing but events tells of it', async () => {
    await activate('Mousepad');
    await desktop.bash('xdotool key ctrl+a; xdotool type "hello there"; xdotool key Left Left');
    await until(10_000, async () => {
      const focus = await desktop.focus();
      return focus?.text === 'hello there' && focus.caret === 9 ? '' : JSON.stringify(focus);
    });
    const [focus, { tree }] = [await desktop.focus(), await desktop.tree()];
    const node = flat(tree).find(({ id }) => id === focus?.id);
    assert.equal(node?.value, 'hello there');
    assert.ok(node.states.includes('focused'));
  });

  it('is told from others by its role where it takes passwords', async () => {
    await activate('Chromium');
    const page = appOf(await desktop.tree(), 'Chromium');
    await desktop.click(findNode(page, ({ role }) => role === 'password text', 'password field'));
    await until(10_000, async () => {
      const focus = await desktop.focus();
      return focus?.role === 'password text' ? '' : JSON.stringify(focus);
    });
  });
});

describe('an application that hangs', () => {
  it('costs its own deadline and is named, while the others are whole', async () => {
    const pid = await desktop.bash('pidof featherpad');
    const whole = await desktop.tree();
    await desktop.bash(`kill -STOP ${pid}`);
    try {
      const report = await desktop.tree({ timeout: 1 });
      assert.ok(report.duration_ms < 3000, `took ${report.duration_ms} ms`);
      assert.deepEqual(
        report.unavailable.map(({ application }) => application),
        ['FeatherPad'],
      );
      assert.match(report.unavailable[0]?.reason ?? '', /within 1 s/);
      assert.equal(report.truncated, true);
      assert.equal(flat(appOf(report, 'mousepad')).length, flat(appOf(whole, 'mousepad')).length);
    } finally {
      await desktop.bash(`kill -CONT ${pid}`);
    }
    await until(10_000, async () => JSON.stringify((await desktop.tree()).unavailable).replace('[]', ''));
  });
});

describe('a window without a tree', () => {
  it('is named in the report and in the list', async () => {
    assert.deepEqual(await desktop.treeless(), []);
    await desktop.launch('xmessage', '-title', 'No tree here', 'nothing');
    await until(20_000, async () => ((await desktop.treeless()).length > 0 ? '' : 'all windows have trees'));
    assert.deepEqual(
      (await desktop.treeless()).map(({ title }) => title),
      ['No tree here'],
    );
    const { unavailable } = await desktop.tree();
    assert.deepEqual(
      unavailable.map(({ application }) => application),
      ['No tree here'],
    );
    await desktop.bash('pkill xmessage');
    await until(10_000, async () => JSON.stringify(await desktop.treeless()).replace('[]', ''));
  });
});

describe('when parts of the accessibility bus are killed', () => {
  for (const victim of ['at-spi2-registryd', 'at-spi-bus-launche[r]', '[d]bus-daemon.*accessibility']) {
    it(`the editor's tree stays whole without ${victim}, with the same ids`, async () => {
      await untilStill('mousepad');
      const before = elements(await desktop.tree());
      await desktop.bash(`pkill -KILL --full '${victim}'`);
      await until(20_000, async () => ((await desktop.status()).bus ? '' : 'no bus'));
      await until(20_000, async () => {
        const report = await desktop.tree();
        const after = elements(report);
        const lost = before.filter((one) => !after.includes(one));
        const added = after.filter((one) => !before.includes(one));
        return lost.length + added.length === 0
          ? ''
          : JSON.stringify({ lost, added, unavailable: report.unavailable });
      });
    });
  }

  /** The editor's elements, told apart. */
  const elements = (report: TreeReport): string[] => {
    const editor = report.tree.children.find(({ title }) => title === 'mousepad');
    return editor ? flat(editor).map(({ id, role, title }) => `${id} ${role} ${title}`) : [];
  };

  it('every window is in the tree or named as missing, and new programs have trees', async () => {
    const titles = async (): Promise<string[]> =>
      (await desktop.bash("wmctrl -l | sed -E 's/^([^ ]+ +){3}//'")).split('\n');
    await until(20_000, async () => {
      const { tree, unavailable } = await desktop.tree();
      // The panel's frames have no name: its program's has to do.
      const inTree = tree.children
        .flatMap((program) => [program, ...program.children])
        .map(({ title }) => title);
      const known = [...inTree, ...unavailable.map(({ application }) => application)];
      const lost = (await titles()).filter((title) => !known.includes(title));
      return lost.length === 0 ? '' : JSON.stringify({ lost, known });
    });
    // Programs come back to a bus that was started anew one after the other, also between the two looks.
    await until(20_000, async () => {
      const treeless = (await desktop.treeless()).map(({ title }) => title).sort();
      const { unavailable } = await desktop.tree();
      const named = unavailable.map(({ application }) => application).sort();
      return isDeepStrictEqual(named, treeless) ? '' : JSON.stringify({ named, treeless });
    });
    await desktop.bash('pkill gnome-calc; true');
    await until(10_000, async () => ((await titles()).includes('Calculator') ? 'it has not ended' : ''));
    await desktop.launch('gnome-calculator');
    await untilStill('gnome-calculator');
    assert.ok(!(await desktop.treeless()).some(({ title }) => title === 'Calculator'));
  });
});

async function differences({ name, bounds }: Program): Promise<string> {
  const report = await desktop.tree();
  const [truth] = await desktop.walk(name);
  const found = report.tree.children.find(({ title }) => sameName(title, name));
  if (!truth || !found) return `${name} is not there`;
  const out: string[] = [];
  compare(found, truth, bounds, name, out);
  return out.slice(0, 10).join('\n');
}

function compare(node: TreeNode, truth: Truth, bounds: Program['bounds'], path: string, out: string[]): void {
  const differ = (what: string, ours: unknown, theirs: unknown): void => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      out.push(`${path}: ${what} ${JSON.stringify(ours)}, pyatspi ${JSON.stringify(theirs)}`);
    }
  };
  differ('role', node.role, truth.role);
  differ('title', node.title, truth.title);
  differ('description', node.description ?? '', truth.description);
  differ('states', [...node.states].sort(), truth.states);
  if (!truth.actions.includes(null)) differ('actions', node.actions, truth.actions);
  differ('value', node.value ?? null, shortened(truth.value));
  if (!(node.role === 'frame' && bounds.startsWith('title bar'))) {
    const { x, y, width, height } = node.bounds ?? {};
    const ours = node.bounds && (bounds.startsWith('sizes') ? [width, height] : [x, y, width, height]);
    differ('bounds', ours ?? null, expectedBounds(truth, bounds));
  }
  differ('number of children', node.children.length, truth.children.length);
  node.children.forEach((child, at) => {
    const other = truth.children[at];
    if (other) compare(child, other, bounds, `${path}/${at}:${child.role}`, out);
  });
}

/** The tree holds the beginning of a long text. */
function shortened(value: Truth['value']): Truth['value'] {
  return typeof value === 'string' ? Array.from(value).slice(0, MAX_TEXT).join('') : value;
}

/** What is not showing, has no area or is beyond the screen is not on the screen. */
function expectedBounds({ extents, states }: Truth, bounds: Program['bounds']): number[] | null {
  if (!extents || !states.includes('showing')) return null;
  const [x, y, width, height] = extents;
  if (width <= 0 || height <= 0) return null;
  if (bounds.startsWith('sizes')) return [width, height];
  const seen = x < SCREEN.width && y < SCREEN.height && x + width > 0 && y + height > 0;
  return seen ? extents : null;
}

/** A program that is still building its windows cannot be compared. */
async function untilStill(name: string): Promise<void> {
  let last = '';
  await until(60_000, async () => {
    const report = await desktop.tree();
    const before = last;
    last = JSON.stringify(report.tree.children.find(({ title }) => sameName(title, name)) ?? '');
    return last === before && last.length > 1000 ? '' : `${name} is still changing`;
  });
}

async function untilFound(name: string, fits: (node: TreeNode) => boolean): Promise<TreeNode> {
  let found: TreeNode | undefined;
  await until(10_000, async () => {
    found = flat(appOf(await desktop.tree(), name)).find(fits);
    return found ? '' : `${name} does not have it`;
  });
  return found as TreeNode;
}

async function activate(title: string): Promise<void> {
  await desktop.bash(`xdotool search --onlyvisible --name '${title}' windowactivate --sync`);
}

/** x, y, width and height of a program's own window. */
async function clientWindow(title: string): Promise<number[]> {
  const printed = await desktop.bash(`xwininfo -name '${title}'`);
  const number = (label: string): number => Number(new RegExp(`${label}: +(-?\\d+)`).exec(printed)?.[1]);
  return [
    number('Absolute upper-left X'),
    number('Absolute upper-left Y'),
    number('Width'),
    number('Height'),
  ];
}

function named({ tree }: TreeReport, name: string): '' | undefined {
  return tree.children.some(({ title, children }) => title === name && children.length > 0) ? '' : undefined;
}

function appOf({ tree }: TreeReport, name: string): TreeNode {
  return findNode({ ...tree }, ({ role, title }) => role === 'application' && sameName(title, name), name);
}

/** A program that D-Bus started may write itself with a capital. */
function sameName(title: string, name: string): boolean {
  return title.toLowerCase() === name.toLowerCase();
}

function flat(node: TreeNode): TreeNode[] {
  return [node, ...node.children.flatMap(flat)];
}
