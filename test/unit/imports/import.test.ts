// Archives of Cua and of OSWorld become sealed traces that verify, show what they held, and are exported like any other.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TreeNode } from '../../../protocol/tree.ts';
import { openImport } from '../../../trace/imports/detect.ts';
import { foreignTree } from '../../../trace/imports/foreign-tree.ts';
import { commandsOf } from '../../../trace/imports/pyautogui.ts';
import { DESKTOP_TRACE, entriesOf, exported } from '../../support/exports.ts';
import { checkTrace } from '../recorder/check.ts';
import { bench, calls, type Bench } from '../recorder/setup.ts';
import { screenOf } from '../recorder/synthetic-guest.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskreel-import-test-'));
});
after(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

async function imported(it: Bench, path: string): Promise<string> {
  const found = await openImport(path);
  try {
    return (await it.store.import(found)).trace_id;
  } finally {
    await found.files[Symbol.asyncDispose]();
  }
}

/** What Cua's server answers on every Linux. */
const LINUX_TREE = {
  success: true,
  tree: {
    role: 'Window',
    title: 'Linux Window',
    position: { x: 0, y: 0 },
    size: { width: 1920, height: 1080 },
    children: [],
  },
};

/** As Cua's own tracing leaves it: flat, seconds, absolute paths, the tracer's own screenshots among the calls. */
async function cuaFolder(): Promise<string> {
  const events: [string, object][] = [
    ['trace_start', { trace_id: 'old', computer_info: { os_type: 'linux' } }],
    [
      'api_call',
      { method: 'screenshot', args: {}, result: '<bytes>', error: null, screenshot: null, success: true },
    ],
    ['accessibility_tree', { tree: { anything: true } }],
    ['accessibility_tree', { tree: LINUX_TREE }],
    [
      'api_call',
      {
        method: 'left_click',
        args: { x: 10, y: 20, delay: null },
        result: null,
        error: null,
        screenshot: '/home/me/traces/old/000002_after_left_click.png',
        success: true,
      },
    ],
    ['metadata', { key: 'task', value: 'log in' }],
    [
      'api_call',
      {
        method: 'type_text',
        args: { text: 'Hi' },
        result: null,
        error: 'lost',
        screenshot: null,
        success: false,
      },
    ],
    ['trace_end', { duration: 3 }],
  ];
  for (const [index, [type, data]] of events.entries()) {
    const event = { type, timestamp: 1_700_000_000.5 + index, relative_time: index, data };
    await write(`cua/event_${String(index + 1).padStart(6, '0')}_${type}.json`, JSON.stringify(event));
  }
  await write(
    'cua/trace_metadata.json',
    JSON.stringify({
      trace_id: 'old',
      start_time: 1_700_000_000.5,
      config: { name: null, accessibility_tree: true },
    }),
  );
  await write('cua/000001_initial_screenshot.png', (await screenOf(1)).png);
  await write('cua/000002_after_left_click.png', (await screenOf(2)).png);
  await write('cua/000003_final_screenshot.png', (await screenOf(2)).png);
  return join(folder, 'cua');
}

describe("an archive of Cua's", () => {
  it('becomes a trace that verifies and holds its calls, pictures, metadata and times', async () => {
    await using it = await bench();
    const id = await imported(it, await cuaFolder());
    const archive = await checkTrace(it.store, id);
    assert.equal(archive.metadata['start_time'], '2023-11-14T22:13:20.500Z');
    assert.equal(archive.metadata['end'], 'imported');
    assert.deepEqual(archive.metadata['source'], { kind: 'cua', trace_id: 'old' });
    assert.equal(archive.metadata['name'], 'old');
    const [screenshot, click, text] = calls(archive);
    assert.deepEqual([screenshot?.['method'], screenshot?.['screenshot']], ['screenshot', null]);
    assert.deepEqual([click?.['args'], click?.['success']], [{ x: 10, y: 20, delay: null }, true]);
    assert.deepEqual(
      [click?.['before'], click?.['screenshot']],
      ['000001_initial_screenshot.png', '000002_after_left_click.png'],
    );
    assert.deepEqual([text?.['success'], text?.['error']], [false, 'lost']);
    const said = archive.events.filter(({ type }) => type === 'metadata').map(({ data }) => data);
    assert.deepEqual(said, [
      { key: 'task', value: 'log in' },
      { key: 'not imported', value: { accessibility_tree: 1 } },
    ]);
    assert.deepEqual(archive.pictures.length, 2, 'equal pictures are one');
    const trees = archive.events.filter(({ type }) => type === 'accessibility_tree').map(({ data }) => data);
    assert.deepEqual(
      trees.map(({ method, evidence }) => [method, evidence]),
      [
        ['left_click', undefined],
        ['type_text', 'the archive has no tree of it'],
      ],
    );
    const { role, title, bounds } = trees[0]?.['tree'] as TreeNode;
    assert.deepEqual(
      { role, title, bounds },
      { role: 'Window', title: 'Linux Window', bounds: { x: 0, y: 0, width: 1920, height: 1080 } },
    );
  });

  it('is exported like any other', async () => {
    await using it = await bench();
    const id = await imported(it, await cuaFolder());
    const { path } = await it.store.archive(id);
    const files = await entriesOf(await exported(path, 'imagefolder'));
    assert.equal(files.size, 2);
    assert.match(
      files.get('train/metadata.jsonl')?.toString() ?? '',
      /"instruction":"log in".*"x":10,"y":20/,
    );
  });
});

describe("a tree of Cua's", () => {
  it('of a Mac holds its applications and their windows', () => {
    const button = { role: 'AXButton', name: 'Close', description: 'closes', value: 1, children: [] };
    const window = {
      role: 'AXWindow',
      title: 'Untitled',
      position: { x: 1.4, y: 2 },
      size: { width: 3, height: 4.6 },
    };
    const apps = [{ app_name: 'TextEdit', pid: 7, windows: [{ ...window, children: [button] }] }];
    const report = foreignTree({ success: true, frontmost_application: 'TextEdit', windows: apps });
    assert.equal(report?.nodes, 4);
    const [app] = report.tree.children;
    assert.deepEqual([app?.role, app?.title], ['application', 'TextEdit']);
    const [shown] = app?.children ?? [];
    assert.deepEqual(shown?.bounds, { x: 1, y: 2, width: 3, height: 5 });
    const { role, title, description, value, id } = shown.children[0] ?? {};
    assert.deepEqual([role, title, description, value], ['AXButton', 'Close', 'closes', 1]);
    assert.equal(id, '1.1.1.1');
  });

  it('is cut where it is too deep to be read, and what is none is none', () => {
    let tree: object = { role: 'panel' };
    for (let depth = 0; depth < 5000; depth += 1) tree = { role: 'panel', children: [tree] };
    assert.deepEqual(foreignTree({ tree })?.truncated, true);
    for (const value of [null, 'tree', [], {}, { tree: 1 }, { tree: { anything: true } }]) {
      assert.equal(foreignTree(value), undefined);
    }
  });
});

describe('a run of OSWorld', () => {
  it('becomes a trace again, from its export', async () => {
    await using it = await bench();
    await write('run.zip', await exported(DESKTOP_TRACE, 'osworld'));
    const id = await imported(it, join(folder, 'run.zip'));
    const archive = await checkTrace(it.store, id);
    const methods = calls(archive).map(({ method }) => method);
    const wanted = [
      'left_click',
      'type_text',
      'press_key',
      'type_text',
      'pyautogui',
      'hotkey',
      'move_cursor',
      'move_cursor',
      'mouse_down',
    ];
    assert.deepEqual(methods.slice(0, wanted.length), wanted);
    const failed = calls(archive).find(({ success }) => success === false);
    assert.match(String(failed?.['error']), /outside the 640x480 screen/);
    assert.equal(archive.events.find(({ type }) => type === 'metadata')?.data['value'], '1.0');
    assert.equal(archive.pictures.length, 9);
  });

  it('has commands for the calls that agents write, and keeps the code of what is none', () => {
    const of = (code: unknown): unknown => commandsOf(code);
    assert.deepEqual(of('import pyautogui\npyautogui.click(100, 200.4)'), [
      { method: 'left_click', args: { x: 100, y: 200, button: 'left' } },
    ]);
    assert.deepEqual(of("pyautogui.click(x=5, y=6, button='right')"), [
      { method: 'left_click', args: { x: 5, y: 6, button: 'right' } },
    ]);
    assert.deepEqual(of("pyautogui.typewrite('it\\'s', interval=0.1); pyautogui.press('enter')"), [
      { method: 'type_text', args: { text: "it's" } },
      { method: 'press_key', args: { key: 'enter' } },
    ]);
    assert.deepEqual(of("pyautogui.hotkey(['ctrl', 'c'])"), [
      { method: 'hotkey', args: { keys: ['ctrl', 'c'] } },
    ]);
    assert.deepEqual(of('pyautogui.scroll(-3)'), [{ method: 'scroll', args: { x: 0, y: -3 } }]);
    assert.deepEqual(of('pyautogui.click(*where())'), [
      { method: 'pyautogui', args: { code: 'pyautogui.click(*where())' } },
    ]);
    assert.deepEqual(of('DONE'), [{ method: 'pyautogui', args: { code: 'DONE' } }]);
    assert.deepEqual(of({ action_type: 'CLICK' }), [
      { method: 'action', args: { action: { action_type: 'CLICK' } } },
    ]);
  });
});

describe('what is no trace', () => {
  it('is refused, and nothing is left of it', async () => {
    await using it = await bench();
    await write('nothing/readme.txt', 'hello');
    await assert.rejects(openImport(join(folder, 'nothing')), {
      code: 'bad_request',
      message: /no trace to import/,
    });
    await write('no.zip', 'not a zip');
    await assert.rejects(openImport(join(folder, 'no.zip')), { code: 'bad_request' });
    await assert.rejects(openImport(DESKTOP_TRACE), {
      code: 'bad_request',
      message: /Deskreel's own archive/,
    });
    await write('broken/trace_metadata.json', '{"start_time": 1}');
    await write('broken/event_000001_api_call.json', '{"type": "api_call"');
    await assert.rejects(imported(it, join(folder, 'broken')), { code: 'bad_json' });
    assert.deepEqual(await it.store.list(), []);
  });
});
