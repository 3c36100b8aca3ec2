// When the screen is looked at for a film: after drawings, not more than five times a second, and never otherwise.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Film } from '../../../guest/capture/film.ts';
import type { Shot } from '../../../guest/screen/shot.ts';
import { frameOf, noise } from './screen-pixels.ts';
import { TestClock } from './test-clock.ts';

const SIZE = { width: 8, height: 32 };

describe('a film', () => {
  let clock: TestClock;
  let film: Film;
  /** What the screen shows, by its seed. */
  let shown: number;
  let grabbedAt: number[];
  let sent: number;
  let room: Promise<void>;
  beforeEach(() => {
    clock = new TestClock();
    [shown, grabbedAt, sent, room] = [1, [], 0, Promise.resolve()];
    const grab = (): Promise<Shot> => {
      grabbedAt.push(clock.now());
      const frame = frameOf(SIZE, noise(SIZE, shown));
      return Promise.resolve({ frame, cursor: { x: 0, y: 0 }, grabbedMs: 0, monoMs: clock.now() });
    };
    film = new Film({
      screen: { grab, identify: () => Promise.resolve() },
      room: () => room,
      send: () => (sent += 1),
      clock,
      onFault: (error) => assert.fail(String(error)),
    });
  });

  it('begins with what is there, and does not look again until something is drawn', async () => {
    film.start();
    for (let ms = 0; ms < 60_000; ms += 100) await clock.pass(100);
    assert.equal(sent, 1);
    assert.equal(grabbedAt.length, 1);
    shown = 2;
    film.drawn();
    await clock.pass(0);
    assert.equal(sent, 2);
  });

  it('is five pictures a second of what is drawn all the time', async () => {
    film.start();
    for (let ms = 0; ms < 10_000; ms += 10) {
      shown += 1;
      film.drawn();
      await clock.pass(10);
    }
    assert.equal(sent, 50);
  });

  it('leaves out a drawing that changed nothing', async () => {
    film.start();
    await clock.pass(0);
    film.drawn();
    await clock.pass(1000);
    assert.equal(grabbedAt.length, 2);
    assert.equal(sent, 1);
  });

  it('looks once where there was no room for a while, and then at the last that was drawn', async () => {
    film.start();
    await clock.pass(0);
    const waiting = Promise.withResolvers<undefined>();
    room = waiting.promise;
    for (let ms = 0; ms < 1000; ms += 100) {
      shown += 1;
      film.drawn();
      await clock.pass(100);
    }
    assert.equal(grabbedAt.length, 1);
    shown += 1;
    waiting.resolve(undefined);
    await clock.pass(0);
    await clock.pass(1000);
    assert.deepEqual(grabbedAt, [0, 1000, 2000]);
    assert.equal(sent, 2);
  });

  it('ends when it is stopped, with a picture that was due', async () => {
    film.start();
    await clock.pass(0);
    shown = 2;
    film.drawn();
    film.stop();
    film.drawn();
    await clock.pass(1000);
    assert.equal(grabbedAt.length, 1);
  });
});
