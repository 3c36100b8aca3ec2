// Calls that come again, over whatever link: each is carried out once, within what can be remembered.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallMemory } from '../../../guest/agent/call-memory.ts';
import { CallRunner, type CallMessage } from '../../../guest/agent/call-runner.ts';
import type { Execute } from '../../../guest/agent/run-call.ts';
import type { Captures } from '../../../guest/capture/captures.ts';
import { Sessions } from '../../../guest/agent/sessions.ts';
import { systemClock, type Clock } from '../../../guest/clock.ts';
import { nothingToHide } from '../../support/no-secrets.ts';
import { noCaptures, noHoldings } from '../../support/agent.ts';

const onFault = (error: unknown): void => assert.fail(String(error));
const runner = (execute: Execute, clock: Clock = systemClock): CallRunner => {
  const sessions = new Sessions({ holdings: noHoldings, clock, onLifted: () => undefined, onFault });
  return new CallRunner({ execute, sessions, guard: nothingToHide(), clock });
};
const call = (id: string, more: Partial<CallMessage> = {}): CallMessage => ({
  type: 'call',
  call_id: id,
  session: 's',
  command: 'press_key',
  params: { key: 'a' },
  timeout_ms: 60_000,
  ...more,
});
interface Told {
  success: boolean;
  error?: { code: string };
}
const told = async (reply: Promise<string | Buffer>): Promise<Told> =>
  JSON.parse(String(await reply)) as Told;

describe('a call', () => {
  it('that is sent again gets the reply of the first, also while that runs', async () => {
    let count = 0;
    const goOn = Promise.withResolvers<undefined>();
    const calls = runner(async () => {
      count += 1;
      await goOn.promise;
      throw new Error(`failed ${count}`);
    });
    const first = calls.reply(call('c'), noCaptures);
    const second = calls.reply(call('c', { again: true }), noCaptures);
    goOn.resolve(undefined);
    assert.equal(await first, await second);
    assert.equal(await calls.reply(call('c', { again: true }), noCaptures), await first);
    assert.equal(count, 1);
  });

  it('that never arrived is carried out when it is sent again', async () => {
    let count = 0;
    const calls = runner(() => {
      count += 1;
      return Promise.resolve({ result: {} });
    });
    assert.equal((await told(calls.reply(call('c', { again: true }), noCaptures))).success, true);
    assert.equal(count, 1);
  });

  it('that may have been forgotten is not carried out, and that is said', async () => {
    let count = 0;
    const calls = runner(() => {
      count += 1;
      return Promise.resolve({ result: {} });
    });
    for (let id = 0; id < 5_001; id += 1) await calls.reply(call(String(id)), noCaptures);
    const again = await told(calls.reply(call('0', { again: true }), noCaptures));
    assert.deepEqual([again.success, again.error?.code], [false, 'unknown_outcome']);
    assert.equal(count, 5_001);
  });

  it('ends in time though the frame before it hangs, and is not carried out when that comes at last', async () => {
    let count = 0;
    const calls = runner(() => {
      count += 1;
      return Promise.resolve({ result: {} });
    });
    const grabbed = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<unknown>();
    const hanging: Captures = {
      ...noCaptures,
      around: async (_callId, _wish, work) => {
        await grabbed.promise;
        const worked = work();
        worked.then(ended.resolve, ended.resolve);
        return worked;
      },
    };
    const reply = await told(calls.reply(call('c', { timeout_ms: 50 }), hanging));
    assert.deepEqual([reply.success, reply.error?.code], [false, 'timeout']);
    grabbed.resolve(undefined);
    await ended.promise;
    assert.equal(count, 0);
  });

  it('of input ends when its server stays away, and goes on when it is back in time', async () => {
    let expire: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      after: (_ms, action) => {
        expire = action;
        return () => (expire = undefined);
      },
    };
    const signals: AbortSignal[] = [];
    const calls = runner((_command, _params, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    }, clock);
    calls.linkOpened();
    const typed = calls.reply(call('typed'), noCaptures);
    const shell = { command: 'run_command', params: { command: 'make' } };
    void calls.reply(call('made', shell), noCaptures);
    await new Promise(setImmediate);
    calls.linkClosed();
    calls.linkOpened();
    assert.equal(expire, undefined);
    calls.linkClosed();
    (expire as (() => void) | undefined)?.();
    assert.equal((await told(typed)).error?.code, 'cancelled');
    assert.deepEqual(signals.map(({ aborted }) => aborted).sort(), [false, true]);
  });
});

describe('the memory of calls', () => {
  const reply = (size: number, idempotent = false): Parameters<CallMemory['add']>[1] =>
    Promise.resolve({ frame: 'x'.repeat(size), success: true, idempotent });

  it('gives up its oldest replies where there is no room, and says of them that they were carried out', async () => {
    const memory = new CallMemory({ calls: 10, size: 1000 });
    for (const id of ['1', '2', '3']) await memory.add(id, reply(400));
    const first = await told(memory.get('1') ?? Promise.reject(new Error('forgotten')));
    assert.deepEqual([first.success, first.error?.code], [true, 'reply_withheld']);
    assert.equal(await memory.get('3'), 'x'.repeat(400));
    assert.equal(memory.whole, true);
  });

  it('does not hold large replies of what may be repeated', async () => {
    const memory = new CallMemory();
    await memory.add('picture', reply(100_000, true));
    await memory.add('output', reply(100_000, false));
    assert.equal(memory.get('picture'), undefined);
    assert.equal((await memory.get('output'))?.length, 100_000);
    assert.equal(memory.whole, true);
  });

  it('forgets its oldest calls, and knows that it did', async () => {
    const memory = new CallMemory({ calls: 2, size: 1000 });
    for (const id of ['1', '2']) await memory.add(id, reply(1));
    assert.equal(memory.whole, true);
    await memory.add('3', reply(1));
    assert.deepEqual([memory.get('1'), memory.whole], [undefined, false]);
  });
});
