// Runs inside a desktop's container, started by screen.test.ts: the guest's eyes on a real X server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createCaptures } from '../../guest/capture/create-captures.ts';
import { nothingToHide } from '../support/no-secrets.ts';
import { noTree } from '../support/no-tree.ts';
import type { Captures } from '../../guest/capture/captures.ts';
import { openScreen, type Screen } from '../../guest/screen/screen.ts';
import { openDisplay, type Display, type XDone } from '../../guest/x/display.ts';
import type { FromGuest } from '../../protocol/link.ts';
import type { Size } from '../../protocol/primitives.ts';
import { frameIdOfPixels } from '../../protocol/frame-id.ts';

const SIZE = { width: 803, height: 607 };
const WISH = { before: true, after: true, tree: false };

interface Server {
  readonly name: string;
  readonly kill: () => Promise<void>;
}

/** A second X server, on which nothing happens but what a test does. */
async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'screen-'));
  const server = spawn(
    'Xvnc',
    [
      ...['-displayfd', '3', '-geometry', `${SIZE.width}x${SIZE.height}`, '-depth', '24'],
      ...['-SecurityTypes', 'None', '-rfbport', '-1', '-rfbunixpath', join(folder, 'vnc.sock')],
      ...['-noreset', '-nolisten', 'tcp'],
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const exit = once(server, 'exit');
  const ready = server.stdio[3];
  assert.ok(ready);
  const failed = exit.then(() => Promise.reject(new Error('Xvnc did not start')));
  const [number] = (await Promise.race([once(ready, 'data'), failed])) as [Buffer];
  failed.catch(() => undefined);
  return {
    name: `:${number.toString().trim()}`,
    kill: async () => {
      server.kill('SIGKILL');
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

interface Brush {
  readonly display: Display;
  /** Fills a rectangle of the screen. */
  fill(x: number, y: number, width: number, height: number, colour: number): Promise<void>;
  done(): Promise<void>;
}

/** Draws on a window that covers the screen. */
async function openBrush(name: string): Promise<Brush> {
  const display = await openDisplay(name);
  const done = async (): Promise<void> => {
    await display.ask('GetInputFocus');
  };
  const window = display.client.AllocID();
  const context = display.client.AllocID();
  const { width, height } = SIZE;
  display.tell('CreateWindow', window, display.root, 0, 0, width, height, 0, 0, 0, 0, {
    overrideRedirect: true,
    backgroundPixel: 0x123456,
  });
  display.tell('MapWindow', window);
  display.tell('CreateGC', context, window, { foreground: 0 });
  await done();
  return {
    display,
    done,
    fill: async (x, y, w, h, colour) => {
      display.tell('ChangeGC', context, { foreground: colour });
      display.tell('PolyFillRectangle', window, context, [x, y, w, h]);
      await done();
    },
  };
}

interface RandR {
  GetScreenInfo(root: number, done: XDone<ScreenInfo>): void;
  SetScreenConfig(
    ...args: [
      root: number,
      ts: number,
      configTs: number,
      size: number,
      turn: number,
      rate: number,
      done: XDone<unknown>,
    ]
  ): void;
}

interface ScreenInfo {
  timestamp: number;
  config_timestamp: number;
  screens: { px_width: number; px_height: number }[];
}

async function resize(display: Display, size: Size): Promise<void> {
  const randr = (await display.extension('randr')) as unknown as RandR;
  const info = await display.answer<ScreenInfo>((done) => {
    randr.GetScreenInfo(display.root, done);
  });
  const wanted = info.screens.findIndex(
    (one) => one.px_width === size.width && one.px_height === size.height,
  );
  assert.ok(wanted >= 0, JSON.stringify(info.screens));
  await display.answer((done) => {
    randr.SetScreenConfig(display.root, info.timestamp, info.config_timestamp, wanted, 1, 0, done);
  });
}

/** The id of what the server shows, fetched whole and by another way than the screen's. */
async function idOfServer({ display }: Brush, size: Size = SIZE): Promise<string> {
  const { data } = await display.ask<{ data: Buffer }>(
    'GetImage',
    2,
    display.root,
    0,
    0,
    size.width,
    size.height,
    0xffffffff,
  );
  const rgb = Buffer.alloc((data.length / 4) * 3);
  for (let pixel = 0; pixel * 4 < data.length; pixel += 1) {
    rgb[pixel * 3] = data.readUInt8(pixel * 4 + 2);
    rgb[pixel * 3 + 1] = data.readUInt8(pixel * 4 + 1);
    rgb[pixel * 3 + 2] = data.readUInt8(pixel * 4);
  }
  return frameIdOfPixels(size, rgb);
}

interface Sent {
  readonly message: FromGuest;
  readonly png: boolean;
}

interface Recording {
  readonly sent: readonly Sent[];
  readonly captures: Captures;
  /** The next message, once it is there. */
  readonly next: () => Promise<Sent>;
}

function record(screen: Screen): Recording {
  const sent: Sent[] = [];
  let told: (() => void) | undefined;
  const captures = createCaptures({
    guard: nothingToHide(),
    screen,
    ...noTree(),
    send: (message, png) => {
      sent.push({ message, png: png !== undefined });
      told?.();
    },
  });
  let taken = 0;
  const next = async (): Promise<Sent> => {
    while (sent.length <= taken) await new Promise<void>((resolve) => (told = resolve));
    const one = sent[taken++];
    assert.ok(one);
    return one;
  };
  return { sent, captures, next };
}

function frameOf({ message }: Sent): Extract<FromGuest, { type: 'frame' }> {
  assert.equal(message.type, 'frame', JSON.stringify(message));
  return message;
}

describe('the screen', () => {
  let server: Server;
  let screen: Screen;
  let brush: Brush;

  before(async () => {
    server = await startServer();
    brush = await openBrush(server.name);
    screen = await openScreen(server.name);
  });
  after(async () => {
    brush.display.close();
    await server.kill();
  });

  it('shares memory with the X server', () => {
    assert.equal(screen.figures().way, 'shm');
    assert.deepEqual(screen.size(), SIZE);
  });

  it('is the same frame while nothing is drawn, and nothing is fetched for it', async () => {
    const { frame } = await screen.grab();
    const { fetches } = screen.figures();
    for (let round = 0; round < 20; round += 1) assert.equal((await screen.grab()).frame, frame);
    assert.equal(screen.figures().fetches, fetches);
  });

  it('is the same frame where something was drawn that changed no pixel', async () => {
    await brush.fill(10, 10, 300, 300, 0xff00ff);
    const { frame } = await screen.grab();
    await brush.fill(20, 20, 100, 100, 0xff00ff);
    assert.equal((await screen.grab()).frame, frame);
  });

  it('shows every pixel that the server shows, whatever is drawn where', async () => {
    const any = seeded(7);
    for (let round = 0; round < 60; round += 1) {
      for (let count = any(3); count >= 0; count -= 1) {
        const x = any(SIZE.width);
        const y = any(SIZE.height);
        await brush.fill(x, y, 1 + any(SIZE.width - x), 1 + any(SIZE.height - y), any(0x1000000));
      }
      const { frame } = await screen.grab();
      assert.equal(frame.id, await idOfServer(brush), `round ${round}`);
    }
  });

  it('hands out frames that stay as they were, also while they are encoded', async () => {
    await brush.fill(0, 0, SIZE.width, SIZE.height, 0x00ff00);
    const { frame } = await screen.grab();
    const wanted = screen.pngNow((await screen.grab()).frame);
    await brush.fill(0, 0, SIZE.width, SIZE.height, 0x0000ff);
    const other = (await screen.grab()).frame;
    await brush.fill(0, 300, SIZE.width, 20, 0xff0000);
    const encoding = screen.png(other);
    await brush.fill(0, 0, SIZE.width, SIZE.height, 0xffffff);
    await screen.grab();
    assert.deepEqual(screen.pngNow(frame), wanted);
    assert.notDeepEqual(await encoding, wanted);
    assert.deepEqual(screen.pngNow(other), await encoding);
  });

  it('knows the pointer', async () => {
    brush.display.tell('WarpPointer', 0, brush.display.root, 0, 0, 0, 0, 321, 123);
    await brush.done();
    assert.deepEqual(await screen.cursor(), { x: 321, y: 123 });
    assert.deepEqual((await screen.grab()).cursor, { x: 321, y: 123 });
  });

  it('follows the size of the screen', async () => {
    for (const size of [{ width: 640, height: 480 }, { width: 1024, height: 768 }, SIZE]) {
      await resize(brush.display, size);
      await brush.fill(5, 5, 300, 300, size.width);
      const { frame } = await screen.grab();
      assert.deepEqual([frame.size, screen.size()], [size, size]);
      assert.equal(frame.id, await idOfServer(brush, size));
    }
  });

  it('tells when the X server is gone, and keeps nobody waiting', { timeout: 5000 }, async () => {
    const doomed = await startServer();
    const eyes = await openScreen(doomed.name);
    const ended = new Promise<void>((resolve) => eyes.onEnd(resolve));
    const running = eyes.grab();
    await doomed.kill();
    await ended;
    await running.catch(() => undefined);
    await assert.rejects(eyes.grab(), /X server/);
  });
});

describe('captures', () => {
  let server: Server;
  let screen: Screen;
  let brush: Brush;

  before(async () => {
    server = await startServer();
    brush = await openBrush(server.name);
    screen = await openScreen(server.name);
  });
  after(async () => {
    brush.display.close();
    await server.kill();
  });

  it('are the frame before the input and the one when the screen has settled, a late change included', async () => {
    const { captures, next } = record(screen);
    const start = (await screen.grab()).frame.id;
    const startMs = performance.now();
    await captures.around('a', WISH, () => brush.fill(0, 0, 50, 50, 0x111111));
    await pause(500);
    const drawnMs = performance.now() - startMs;
    await brush.fill(60, 60, 50, 50, 0x222222);
    const beforeIt = frameOf(await next());
    assert.deepEqual([beforeIt.call_id, beforeIt.when, beforeIt.info.frame], ['a', 'before', start]);
    const afterIt = frameOf(await next());
    assert.deepEqual([afterIt.call_id, afterIt.when, afterIt.info.settled], ['a', 'after', true]);
    assert.equal(afterIt.info.frame, await idOfServer(brush));
    const error = afterIt.info.settle_ms - drawnMs;
    assert.ok(Math.abs(error) < 250, `the last change was ${drawnMs} ms in, not ${afterIt.info.settle_ms}`);
    captures.close();
  });

  it('of an input that comes too early are one grab for both, and say so', async () => {
    const { captures, next } = record(screen);
    const start = (await screen.grab()).frame.id;
    await captures.around('a', WISH, () => brush.fill(0, 0, 50, 50, 0x333333));
    const { fetches } = screen.figures();
    await captures.around('b', WISH, () => brush.fill(0, 0, 50, 50, 0x444444));
    assert.equal(screen.figures().fetches, fetches + 1);
    await next();
    const first = frameOf(await next());
    const second = frameOf(await next());
    assert.deepEqual(
      [first.call_id, first.when, first.info.settled, first.info.frame],
      ['a', 'after', false, second.info.frame],
    );
    assert.deepEqual(
      [second.call_id, second.when, second.info.settled, second.info.frame],
      ['b', 'before', false, first.info.frame],
    );
    const last = frameOf(await next());
    assert.ok(![start, last.info.frame].includes(first.info.frame));
    assert.deepEqual(
      [last.call_id, last.info.settled, last.info.frame],
      ['b', true, await idOfServer(brush)],
    );
    captures.close();
  });

  it('carry each picture once, until they are told to forget', async () => {
    const { captures, sent } = record(screen);
    await captures.capture('1', 'initial', false);
    await captures.capture('2', 'final', false);
    captures.forget();
    await captures.capture('3', 'initial', false);
    await captures.capture('4', 'final', true);
    while (sent.length < 5) await pause(5);
    assert.deepEqual(
      sent.map(({ message, png }) => [message.type, png]),
      [
        ['frame', true],
        ['frame', false],
        ['frame', true],
        ['frame', false],
        ['no_tree', false],
      ],
    );
    captures.close();
  });

  it('leave out what moved before the input by itself, and name it', async () => {
    const { captures, next } = record(screen);
    await captures.around('a', WISH, () => Promise.resolve());
    await next();
    await next();
    let colour = 0;
    const spinner = setInterval(() => void brush.fill(700, 500, 40, 40, (colour += 999)), 50);
    try {
      await pause(2500);
      await captures.around('b', WISH, () => brush.fill(0, 0, 50, 50, 0x555555));
      await next();
      const { info } = frameOf(await next());
      assert.equal(info.settled, true);
      assert.ok(info.busy && info.busy.length > 0);
      for (const { x, y, width, height } of info.busy) {
        assert.ok(x >= 640 && x + width <= 768 && y >= 480 && y + height <= 544, JSON.stringify(info.busy));
      }
      assert.ok(info.settle_ms < 1500, `${info.settle_ms}`);
    } finally {
      clearInterval(spinner);
      captures.close();
    }
  });

  it('say that a screen did not settle that the input itself made restless', async () => {
    const { captures, next } = record(screen);
    let colour = 0;
    let spinner: NodeJS.Timeout | undefined;
    await pause(1000);
    await captures.around('a', WISH, () => {
      spinner = setInterval(() => void brush.fill(300, 300, 40, 40, (colour += 999)), 40);
      return Promise.resolve();
    });
    await next();
    const { info } = frameOf(await next());
    clearInterval(spinner);
    assert.equal(info.settled, false);
    captures.close();
  });

  it('do not stand in the way of an input that fails', async () => {
    const { captures, next } = record(screen);
    await assert.rejects(
      captures.around('a', WISH, () => Promise.reject(new Error('no such key'))),
      /no such key/,
    );
    assert.equal(frameOf(await next()).when, 'before');
    assert.equal(frameOf(await next()).when, 'after');
    captures.close();
  });

  it(
    'of a screen that is gone are missing with the reason, and the input is given',
    { timeout: 5000 },
    async () => {
      const doomed = await startServer();
      const eyes = await openScreen(doomed.name);
      const { captures, sent } = record(eyes);
      const gone = new Promise<void>((resolve) => eyes.onEnd(resolve));
      await doomed.kill();
      await gone;
      assert.equal(
        await captures.around('a', { ...WISH, tree: true }, () => Promise.resolve('done')),
        'done',
      );
      while (sent.length < 3) await pause(5);
      assert.deepEqual(
        sent.map(({ message }) => message.type),
        ['no_frame', 'no_frame', 'no_tree'],
      );
      captures.close();
    },
  );
});

/** Whole numbers below a limit, the same for the same seed. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
