// Every action of Anthropic's and OpenAI's computer tools on a real desktop: what a browser's page saw of it is on the
// screen, in its tree and in its pixels.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { ANTHROPIC_ACTIONS } from '../../protocol/vocabulary/from-anthropic.ts';
import { OpenAIAction } from '../../protocol/vocabulary/from-openai.ts';
import {
  AnthropicComputerTool,
  OpenAIComputerTool,
  type AnthropicToolResult,
  type OpenAIInputItem,
} from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { findElements, readTree, waitForElement } from '../support/elements.ts';
import { changedPixels, decodePicture, type Picture } from '../support/picture.ts';
import { eventually } from '../support/server.ts';

const PAGE = new URL('../support/event-page.html', import.meta.url);

let test: TestComputer;
/** Where the page's own 0,0 is on the screen. */
let origin = { x: 0, y: 0 };
before(async () => {
  // Larger than what models see: 1600x1200 is shown as 1024x768.
  test = await startComputer({ resolution: '1600x1200' });
  await test.desktop.writeText('/tmp/events.html', await readFile(PAGE, 'utf8'));
  await test.desktop.launch('chromium', ['--window-size=1600,1200', '--app=file:///tmp/events.html']);
  const { bounds } = await waitForElement(test.desktop, { role: 'heading', title: 'nothing' });
  origin = { x: bounds.x, y: bounds.y };
  await waitForElement(test.desktop, { role: 'entry', title: 'field' });
});
after(() => test[Symbol.asyncDispose]());

const FACTOR = 1600 / 1024;
/** A place of the page as the model sees it, and as the page itself tells it. */
function place(x: number, y: number): { model: [number, number]; page: string } {
  const onScreen = [Math.round(x * FACTOR), Math.round(y * FACTOR)] as const;
  return { model: [x, y], page: `${onScreen[0] - origin.x},${onScreen[1] - origin.y}` };
}

async function heading(): Promise<string> {
  const [found] = findElements(await readTree(test.desktop), { role: 'heading' });
  return found?.title ?? '';
}

/** The page forgets what it saw. */
async function cleared(): Promise<void> {
  await test.desktop.pressKey('F9');
  await waitForElement(test.desktop, { role: 'heading', title: 'nothing' });
}

async function says(expected: string): Promise<void> {
  await eventually(async () => assert.equal(await heading(), expected), 10_000);
}

async function titleSays(expected: string): Promise<void> {
  await eventually(async () => {
    const frames = findElements(await readTree(test.desktop), { role: 'frame' });
    assert.ok(
      frames.some(({ title }) => title.includes(expected)),
      frames.map(({ title }) => title).join(),
    );
  }, 10_000);
}

function pictureOf(result: AnthropicToolResult): Promise<Picture> {
  const image = result.content.find((block) => block.type === 'image');
  assert.ok(image, JSON.stringify(result));
  return decodePicture(Buffer.from(image.source.data, 'base64'));
}

function textOf(result: AnthropicToolResult): string {
  return result.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

describe('Anthropic’s toolset', () => {
  let tool: AnthropicComputerTool;
  const used = new Set<string>();
  const use = async (name: string, input: object = {}): Promise<AnthropicToolResult> => {
    used.add(name);
    const result = await tool.run({ id: 'u1', name, input, toolset_name: 'computer' });
    assert.equal(result.is_error, undefined, textOf(result));
    return result;
  };
  before(async () => (tool = await AnthropicComputerTool.create(test.computer)));

  const at = place(500, 400);
  const clicks: [string, (page: string) => string][] = [
    ['left_click', (page) => `down up click1@${page}`],
    ['right_click', (page) => `right@${page}`],
    ['middle_click', (page) => `middle@${page}`],
    ['double_click', (page) => `down up click1@${page} down up click2@${page}`],
    ['triple_click', (page) => `down up click1@${page} down up click2@${page} down up click3@${page}`],
  ];
  for (const [name, seen] of clicks) {
    it(`${name} reaches the page where the model meant it`, async () => {
      await cleared();
      await use(name, { coordinate: at.model });
      await says(seen(place(500, 400).page));
    });
  }

  it('a click holds the modifiers, and lets them go', async () => {
    await cleared();
    await use('left_click', { coordinate: at.model, text: 'ctrl+shift' });
    await use('left_click');
    const { page } = place(500, 400);
    await says(
      `key:Control ctrl+key:Shift ctrl+shift+down ctrl+shift+up ctrl+shift+click1@${page} down up click1@${page}`
        .replace('key:Control', 'ctrl+key:Control')
        .replace('ctrl+key:Shift', 'ctrl+shift+key:Shift'),
    );
  });

  it('mouse_move and cursor_position agree with the page', async () => {
    await use('mouse_move', { coordinate: [321, 234] });
    await titleSays(`at ${place(321, 234).page}`);
    assert.equal(textOf(await use('cursor_position')), 'X=321,Y=234');
  });

  it('left_click_drag, and the button by itself', async () => {
    await cleared();
    const [start, end] = [place(400, 500), place(600, 560)];
    await use('left_click_drag', { start_coordinate: start.model, coordinate: end.model });
    await says(`down drag${start.page}-${end.page} click1@${end.page}`);
    await cleared();
    await use('mouse_move', { coordinate: start.model });
    await use('left_mouse_down');
    await says('down');
    await use('mouse_move', { coordinate: end.model });
    await use('left_mouse_up');
    await says(`down drag${start.page}-${end.page} click1@${end.page}`);
  });

  it('scroll in four directions', async () => {
    await cleared();
    const seen: string[] = [];
    for (const [scroll_direction, wheel] of [
      ['down', '0,1'],
      ['up', '0,-1'],
      ['right', '1,0'],
      ['left', '-1,0'],
    ]) {
      await use('scroll', { coordinate: at.model, scroll_direction, scroll_amount: 1 });
      seen.push(`wheel${wheel}`);
      // A browser makes one event of those that come at once.
      await says(seen.join(' '));
    }
  });

  it('key, repeated keys and hold_key', async () => {
    await cleared();
    await use('key', { text: 'ctrl+b' });
    await use('key', { text: 'Down', repeat: 2 });
    await says('ctrl+key:Control ctrl+key:b key:ArrowDown key:ArrowDown');
    await cleared();
    await use('hold_key', { text: 'Escape', duration: 1.5 });
    await says('key:Escape held:Escape');
  });

  it('type', async () => {
    const { bounds } = await waitForElement(test.desktop, { role: 'entry', title: 'field' });
    await use('left_click', {
      coordinate: [(bounds.x + 50) / FACTOR, (bounds.y + 30) / FACTOR].map(Math.round),
    });
    await use('type', { text: 'typed: ñ 漢 😀' });
    await eventually(async () => {
      const [field] = findElements(await readTree(test.desktop), { role: 'entry', title: 'field' });
      assert.equal(field?.value, 'typed: ñ 漢 😀');
    }, 10_000);
  });

  it('screenshot and zoom show the screen, wait passes time', async () => {
    await cleared();
    const before = await pictureOf(await use('screenshot'));
    assert.deepEqual([before.width, before.height], [1024, 768]);
    await use('left_click', { coordinate: at.model });
    const started = performance.now();
    await use('wait', { duration: 0.5 });
    assert.ok(performance.now() - started >= 500);
    const after = await pictureOf(await use('screenshot'));
    assert.ok(changedPixels(before, after) > 100_000, 'the page has another colour');
    const zoomed = await pictureOf(await use('zoom', { region: [512, 384, 768, 576] }));
    assert.deepEqual([zoomed.width, zoomed.height], [400, 300]);
    const whole = await decodePicture(await test.desktop.screenshot());
    const [x, y] = [800, 600];
    const pixel = whole.pixels.subarray(3 * (y * 1600 + x), 3 * (y * 1600 + x) + 3);
    assert.deepEqual(zoomed.pixels.subarray(0, 3), pixel);
  });

  it('tells the model what it did wrong', async () => {
    const wrong = await tool.run({ id: 'u2', name: 'left_click', input: { coordinate: [1500, 10] } });
    assert.deepEqual([wrong.is_error, wrong.tool_use_id], [true, 'u2']);
    assert.match(textOf(wrong), /^out_of_screen: .*1024x768/);
  });

  it('was used whole', () => assert.deepEqual([...used].sort(), [...ANTHROPIC_ACTIONS].sort()));
});

describe('Anthropic’s tool before the toolset', () => {
  it('answers each action with a screenshot, in the same place', async () => {
    const tool = await AnthropicComputerTool.create(test.computer, { version: '20250124' });
    assert.deepEqual(tool.definition, {
      type: 'computer_20250124',
      name: 'computer',
      display_width_px: 1024,
      display_height_px: 768,
    });
    await cleared();
    const input = { action: 'left_click', coordinate: [500, 400] };
    const result = await tool.run({ id: 'u1', name: 'computer', input });
    assert.equal((await pictureOf(result)).width, 1024);
    await says(`down up click1@${place(500, 400).page}`);
  });
});

describe('OpenAI’s computer tool', () => {
  let tool: OpenAIComputerTool;
  const used = new Set<string>();
  const call = async (
    ...actions: { type: string; [field: string]: unknown }[]
  ): Promise<OpenAIInputItem[]> => {
    for (const { type } of actions) used.add(type);
    return tool.run({ call_id: 'c1', actions });
  };
  before(async () => (tool = await OpenAIComputerTool.create(test.computer)));

  it('carries out a batch and answers with one screenshot', async () => {
    await cleared();
    const [x, y] = [500, 400];
    const items = await call(
      { type: 'screenshot' },
      { type: 'click', button: 'left', x, y },
      { type: 'click', button: 'right', x, y },
      { type: 'click', button: 'wheel', x, y },
      { type: 'scroll', x, y, scroll_x: 0, scroll_y: 120 },
      { type: 'keypress', keys: ['ESC'] },
      { type: 'wait' },
    );
    const { page } = place(500, 400);
    await says(`down up click1@${page} right@${page} middle@${page} wheel0,1 key:Escape`);
    const [output, ...rest] = items;
    assert.deepEqual(rest, []);
    assert.ok(output?.type === 'computer_call_output');
    const data = /^data:image\/png;base64,(.+)$/.exec(output.output.image_url)?.[1] ?? '';
    assert.equal((await decodePicture(Buffer.from(data, 'base64'))).width, 1024);
  });

  it('moves, drags with a key held, and clicks twice', async () => {
    await cleared();
    await call({ type: 'move', x: 300, y: 222 });
    await titleSays(`at ${place(300, 222).page}`);
    const [start, end] = [place(400, 500), place(600, 560)];
    const path = [start, end].map(({ model: [x, y] }) => ({ x, y }));
    await call({ type: 'drag', path, keys: ['SHIFT'] });
    await says(`shift+key:Shift shift+down shift+drag${start.page}-${end.page} shift+click1@${end.page}`);
    await cleared();
    const { model, page } = place(500, 420);
    await call({ type: 'double_click', x: model[0], y: model[1], keys: null });
    await says(`down up click1@${page} down up click2@${page}`);
  });

  it('types, and goes back and forward', async () => {
    const { bounds } = await waitForElement(test.desktop, { role: 'entry', title: 'field' });
    const [x, y] = [bounds.x + 50, bounds.y + 30].map((value) => Math.round(value / FACTOR));
    await call({ type: 'click', button: 'left', x, y }, { type: 'keypress', keys: ['CTRL', 'A'] });
    await call({ type: 'type', text: 'from a batch' });
    await waitForElement(test.desktop, { role: 'entry', title: 'field' });
    await eventually(async () => {
      const [field] = findElements(await readTree(test.desktop), { role: 'entry', title: 'field' });
      assert.match(String(field?.value), /from a batch/);
    }, 10_000);
    await cleared();
    await call({ type: 'click', button: 'back', x: 500, y: 400 });
    await eventually(async () => assert.match(await heading(), /history:#one$/), 10_000);
    await call({ type: 'click', button: 'forward', x: 500, y: 400 });
    await eventually(async () => assert.match(await heading(), /history:#two$/), 10_000);
  });

  it('stops a batch where an action fails, and says which', async () => {
    await cleared();
    const [output, message] = await call(
      { type: 'keypress', keys: ['ESC'] },
      { type: 'click', button: 'left', x: 5000, y: 1 },
      { type: 'type', text: 'never' },
    );
    assert.equal(output?.type, 'computer_call_output');
    assert.ok(message?.type === 'message');
    assert.match(
      message.content[0]?.text ?? '',
      /^Action 2 failed: out_of_screen: .* The 1 actions behind it/,
    );
    await says('key:Escape');
  });

  it('does nothing that its provider has doubts about, unless somebody vouches for it', async () => {
    await cleared();
    const checks = [{ id: 's1', code: 'malicious', message: 'looks like a trap' }];
    const doubtful = {
      call_id: 'c2',
      action: { type: 'keypress', keys: ['ESC'] },
      pending_safety_checks: checks,
    };
    await assert.rejects(tool.run(doubtful), { code: 'forbidden', message: /looks like a trap/ });
    assert.equal(await heading(), 'nothing');
    const vouched = await OpenAIComputerTool.create(test.computer, {
      tool: 'computer_use_preview',
      acknowledge: (asked) => asked.every(({ code }) => code === 'malicious'),
    });
    const [output] = await vouched.run(doubtful);
    assert.deepEqual(output?.type === 'computer_call_output' && output.acknowledged_safety_checks, checks);
    await says('key:Escape');
  });

  it('was used whole', () => {
    const types = OpenAIAction.options.map(({ shape }) => shape.type.value);
    assert.deepEqual([...used].sort(), types.sort());
  });
});
