// Each process of a desktop is killed in turn, with an editor open and a trace running: within ten seconds commands work
// again, and the editor's tree is whole or the status names what is missing. One desktop for all of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { z } from 'zod';
import { GuestStatus } from '../../../protocol/link.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement } from '../../support/elements.ts';
import { inside as insideContainer } from '../../support/inside.ts';
import { rowsOf } from '../../support/saved-trace.ts';
import { eventually } from '../../support/server.ts';

const WITHIN_MS = 10_000;
const EDITOR = { app: 'mousepad', role: 'text' } as const;
/** What the editor's menu bar says, when its tree is whole. */
const MENUS = ['File', 'Edit', 'Search', 'View', 'Document', 'Help'];

interface Process {
  /** Prints its number. */
  readonly find: string;
  /** The editor, a client of it, ends with it. */
  readonly endsEditor?: boolean;
}

const PROCESSES: Record<string, Process> = {
  'the window manager': service('xfwm4'),
  'the panel': service('xfce4-panel'),
  'the background': service('xfdesktop'),
  'the settings daemon': service('xfsettingsd'),
  'the store of settings': service('xfconfd'),
  'the accessibility registry': { find: 'pgrep -f ^/usr/libexec/at-spi2-registryd' },
  'the accessibility bus': { find: 'pgrep -f at-spi2/accessibility.conf' },
  'the launcher of the accessibility bus': service('a11y'),
  'the agent': service('agent'),
  'the supervisor of the window manager': { find: 'pgrep -f "^s6-supervise xfwm4"' },
  'the supervisor of the agent': { find: 'pgrep -f "^s6-supervise agent"' },
  'the session bus': { ...service('dbus'), endsEditor: true },
  Xvnc: { ...service('xvnc'), endsEditor: true },
};

function service(name: string): Process {
  return { find: `s6-svstat -o pid $XDG_RUNTIME_DIR/deskreel/services/${name}` };
}

const inside = (desk: TestComputer, script: string): Promise<string> =>
  insideContainer(desk.server.docker, desk.computer.desktop.id, script);

/** A new one where there is none, or none with a tree. */
async function openEditor({ desktop }: TestComputer): Promise<void> {
  if (findElements(await readTree(desktop), EDITOR).length > 0) return;
  await desktop.runCommand('pkill -x mousepad; while pgrep -x mousepad; do :; done', { timeout: 10 });
  await desktop.launch('mousepad');
  await waitForElement(desktop, EDITOR);
}

/** One of each kind of command, the click recorded with its picture. */
async function commandsWork({ desktop }: TestComputer): Promise<void> {
  const options = { timeoutMs: WITHIN_MS };
  assert.deepEqual(await desktop.getScreenSize(options), { width: 1280, height: 800 });
  assert.equal((await desktop.runCommand('echo well', options)).stdout, 'well\n');
  await desktop.leftClick(900, 700, options);
  await desktop.pressKey('escape', options);
  await desktop.screenshot(options);
}

async function statusOf({ server, computer }: TestComputer): Promise<z.output<typeof GuestStatus>> {
  const answer = await server.api('GET', `/v1/desktops/${computer.desktop.id}/status`);
  assert.equal(answer.status, 200, answer.text);
  return GuestStatus.parse(answer.json());
}

/** That the desktop is whole: all of it, or all but what the status names. */
async function wholeOrNamed(desk: TestComputer, editorOpen: boolean): Promise<string> {
  const [tree, status] = [await readTree(desk.desktop), await statusOf(desk)];
  const named = status.missing.map(({ part, reason }) => `${part}: ${reason}`);
  for (const app of ['xfce4-panel', 'xfdesktop']) {
    assert.ok(
      findElements(tree, { app, role: 'frame' }).length > 0,
      `${app} is in the tree; ${named.join('; ')}`,
    );
  }
  if (!editorOpen) {
    assert.deepEqual(status.missing, []);
    return 'whole';
  }
  const menus = findElements(tree, { app: 'mousepad', role: 'menu' }).map(({ title }) => title.trim());
  const whole = MENUS.every((menu) => menus.includes(menu)) && findElements(tree, EDITOR).length > 0;
  assert.ok(
    whole || named.some((one) => /Mousepad|accessibility/.test(one)),
    `editor: ${menus.join()}; status: ${named.join('; ')}`,
  );
  if (whole) assert.deepEqual(named, []);
  return whole ? 'whole' : named.join('; ');
}

describe('a process of the desktop that is killed', () => {
  let desk: TestComputer;
  before(async () => {
    desk = await startComputer();
    await desk.tracing.start({ name: 'killed processes' });
  });
  after(() => desk[Symbol.asyncDispose]());

  for (const [name, { find, endsEditor = false }] of Object.entries(PROCESSES)) {
    it(`leaves the desktop whole, or its status says what is missing: ${name}`, async (t) => {
      await openEditor(desk);
      const former = await inside(desk, find);
      assert.match(former, /^\d+$/, `${name} runs`);
      await inside(desk, `kill -KILL ${former}`);
      const from = performance.now();
      await eventually(() => commandsWork(desk), WITHIN_MS);
      const commandsMs = performance.now() - from;
      let found = '';
      await eventually(async () => {
        found = await wholeOrNamed(desk, !endsEditor);
        assert.notEqual(await inside(desk, `${find} || true`), former, `a new ${name}`);
      }, WITHIN_MS - commandsMs);
      const wholeMs = performance.now() - from;
      t.diagnostic(
        `${name}: commands after ${Math.round(commandsMs)} ms, ${found} after ${Math.round(wholeMs)} ms`,
      );
      assert.ok(wholeMs < WITHIN_MS);
    });
  }

  it('does not end the trace: it goes on, and is whole in the end', async () => {
    await openEditor(desk);
    const text = await waitForElement(desk.desktop, EDITOR);
    const { x, y } = centreOf(text.bounds);
    await desk.desktop.leftClick(x, y);
    const trace = await desk.stopTrace();
    assert.equal(trace.overview.end, 'stopped');
    const replies = new Set(rowsOf(trace.rows, 'reply').map(({ data }) => data.call_id));
    const calls = rowsOf(trace.rows, 'call').map(({ data }) => data.call_id);
    assert.ok(calls.length > 5 * Object.keys(PROCESSES).length);
    for (const call of calls) assert.ok(replies.has(call), 'every call has its outcome');
    const last = trace.calls.findLast(({ method }) => method === 'left_click');
    assert.ok(trace.pictures.includes(last?.screenshot ?? 'none'));
  });
});
