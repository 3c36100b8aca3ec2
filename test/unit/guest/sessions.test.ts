// What sessions hold down, on a clock of the test's own: lifted on error, at the end, and when a session is silent.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Sessions, SILENCE_MS, type Lifted } from '../../../guest/agent/sessions.ts';
import { TestClock } from './test-clock.ts';

describe('what a session holds', () => {
  let clock: TestClock;
  let held: Map<string, string>;
  let lifted: Lifted[];
  let sessions: Sessions;
  beforeEach(() => {
    clock = new TestClock();
    held = new Map();
    lifted = [];
    const holdings = {
      isHolding: (session: string) => held.get('left') === session,
      release: () => {
        held.delete('left');
        return Promise.resolve({ buttons: ['left' as const], keys: 0 });
      },
    };
    const onFault = (error: unknown): void => assert.fail(String(error));
    sessions = new Sessions({ holdings, clock, onLifted: (one) => lifted.push(one), onFault });
  });
  const down = (session: string): Promise<void> =>
    sessions.run(session, 'mouse_down', () => {
      held.set('left', session);
      return Promise.resolve();
    });
  const move = (session: string, work: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    sessions.run(session, 'move_cursor', work);

  it('is lifted when it is silent, and then only', async () => {
    await down('a');
    await clock.pass(SILENCE_MS - 1);
    await move('a');
    await clock.pass(SILENCE_MS - 1);
    await sessions.run('a', 'get_screen_size', () => Promise.resolve());
    await clock.pass(SILENCE_MS - 1);
    assert.deepEqual(lifted, []);
    await clock.pass(1);
    assert.deepEqual(
      lifted.map(({ session, reason }) => [session, reason]),
      [['a', 'it was silent for 10 s']],
    );
    await clock.pass(SILENCE_MS);
    assert.equal(lifted.length, 1);
  });

  it('is not lifted for what another session does', async () => {
    await down('a');
    await assert.rejects(move('b', () => Promise.reject(new Error('outside'))));
    await clock.pass(SILENCE_MS / 2);
    await move('b');
    assert.deepEqual(lifted, []);
    await clock.pass(SILENCE_MS / 2);
    assert.equal(lifted.length, 1);
  });

  it('is lifted when an input of it fails, before the next begins; a look that fails lifts nothing', async () => {
    await down('a');
    await assert.rejects(sessions.run('a', 'read_text', () => Promise.reject(new Error('no such file'))));
    assert.deepEqual(lifted, []);
    const failed = move('a', () => Promise.reject(new Error('outside')));
    const next = move('b', () => {
      assert.equal(held.size, 0);
      return Promise.resolve();
    });
    await assert.rejects(failed, /outside/);
    await next;
    assert.deepEqual(
      lifted.map(({ reason }) => reason),
      ['its move_cursor failed'],
    );
  });

  it('is lifted when it ends, after the input that runs', async () => {
    await down('a');
    const goOn = Promise.withResolvers<undefined>();
    const running = move('b', async () => {
      await goOn.promise;
      assert.equal(held.get('left'), 'a');
    });
    const released = sessions.release('a', 'the session ended');
    goOn.resolve(undefined);
    await Promise.all([running, released]);
    assert.deepEqual(lifted, [
      { session: 'a', reason: 'the session ended', held: { buttons: ['left'], keys: 0 } },
    ]);
    await sessions.release('a', 'again');
    assert.equal(lifted.length, 1);
  });

  it('is not lifted while a command of it runs, or waits for another session’s input', async () => {
    await down('a');
    const long = Promise.withResolvers<undefined>();
    const other = move('b', () => long.promise.then(() => undefined));
    await clock.pass(SILENCE_MS);
    // As a server does that has the next input of `a` in its lane.
    long.resolve(undefined);
    await other;
    await new Promise(setImmediate);
    await move('a');
    await clock.pass(SILENCE_MS - 1);
    assert.deepEqual(lifted, []);
    const reading = Promise.withResolvers<undefined>();
    const read = sessions.run('a', 'run_command', () => reading.promise);
    await clock.pass(SILENCE_MS);
    assert.deepEqual(lifted, []);
    reading.resolve(undefined);
    await read;
    await clock.pass(SILENCE_MS);
    assert.equal(lifted.length, 1);
  });
});
