import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { Executed } from '../../../guest/agent/run-call.ts';
import { Frame } from '../../../guest/screen/frame.ts';
import { Dispatcher, type CommandRequest } from '../../../server/commands/dispatcher.ts';
import type { CommandObserver } from '../../../server/commands/observer.ts';
import { echo, startAgent } from '../../support/agent.ts';

const never = new AbortController().signal;
const request = (
  command: string,
  params: unknown = {},
  more: Partial<CommandRequest> = {},
): CommandRequest => ({
  command,
  params,
  session: 's1',
  actor: { kind: 'agent', id: 'test' },
  ...more,
});

function noting(rows: string[]): CommandObserver {
  return {
    wish: () => undefined,
    onCall: (call) => rows.push(`call ${call.command}`),
    onReply: (call, outcome) => rows.push(`reply ${call.command} ${outcome.success}`),
  };
}

describe('a command on its way', () => {
  it('is told to the observers before the guest is asked and before the client is answered', async () => {
    const rows: string[] = [];
    await using agent = await startAgent(echo(rows));
    const outcome = await new Dispatcher(agent.link, [noting(rows)]).run(
      request('left_click', { x: 1, y: 2 }),
      never,
    );
    assert.equal(outcome.success, true);
    assert.deepEqual(rows, ['call left_click', 'left_click', 'reply left_click true']);
  });

  it('is told to nobody before the agent has said what may not be recorded', async () => {
    const rows: string[] = [];
    await using agent = await startAgent(echo(rows));
    // As that of a server that was started just now.
    const link = agent.anotherLink();
    link.listen({ onHello: () => rows.push('hello'), onCapture: () => undefined, onGuest: () => undefined });
    const observer = { ...noting(rows), beforeInput: () => Promise.resolve(void rows.push('asked')) };
    const dispatcher = new Dispatcher(link, [observer]);
    const commands = [request('press_key', { key: 'a' }), request('screenshot'), request('left_click')];
    await Promise.all(commands.map((one) => dispatcher.run(one, never)));
    assert.deepEqual(rows.slice(0, 4), ['hello', 'asked', 'call press_key', 'press_key']);
  });

  it('is executed once for one id of a session, and its reply is given again', async () => {
    const seen: string[] = [];
    await using agent = await startAgent(echo(seen));
    const dispatcher = new Dispatcher(agent.link, []);
    const once = request('press_key', { key: 'a' }, { requestId: 7 });
    const outcomes = await Promise.all([dispatcher.run(once, never), dispatcher.run(once, never)]);
    outcomes.push(await dispatcher.run(once, never));
    assert.deepEqual(seen, ['press_key']);
    assert.deepEqual(
      outcomes.map(({ success }) => success),
      [true, true, true],
    );
    const other = await dispatcher.run({ ...once, params: { key: 'b' } }, never);
    assert.equal(other.error?.code, 'id_conflict');
    const elsewhere = await dispatcher.run({ ...once, session: 's2' }, never);
    assert.equal(elsewhere.success, true);
    assert.equal(seen.length, 2);
  });

  it('names the field that is wrong, records the failure, and asks nobody', async () => {
    const seen: string[] = [];
    const rows: string[] = [];
    await using agent = await startAgent(echo(seen));
    const outcome = await new Dispatcher(agent.link, [noting(rows)]).run(
      request('move_cursor', { x: 'far' }),
      never,
    );
    assert.equal(outcome.error?.code, 'bad_params');
    assert.match(outcome.error.message, /move_cursor: x: /);
    assert.deepEqual(seen, []);
    assert.deepEqual(rows, ['call move_cursor', 'reply move_cursor false']);
  });

  it('that is unknown gets the names that are near', async () => {
    await using agent = await startAgent(echo([]));
    const outcome = await new Dispatcher(agent.link, []).run(request('left_klick'), never);
    assert.equal(outcome.error?.code, 'unknown_command');
    assert.match(outcome.error.message, /Unknown command: left_klick\. Did you mean: left_click/);
  });

  it('waits for earlier input of its own session, and for no one else', async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    await using agent = await startAgent(async (command): Promise<Executed> => {
      if (command === 'left_click') await gate.promise;
      seen.push(command);
      return { result: command === 'get_screen_size' ? { size: { width: 1, height: 1 } } : {} };
    });
    const dispatcher = new Dispatcher(agent.link, []);
    const click = dispatcher.run(request('left_click'), never);
    const ownRead = dispatcher.run(request('get_screen_size'), never);
    await dispatcher.run(request('get_screen_size', {}, { session: 's2' }), never);
    const otherInput = dispatcher.run(request('press_key', { key: 'a' }, { session: 's2' }), never);
    assert.deepEqual(seen, ['get_screen_size']);
    gate.resolve(undefined);
    await Promise.all([click, ownRead, otherInput]);
    assert.deepEqual(seen.slice(0, 2), ['get_screen_size', 'left_click']);
  });

  it('that is cancelled answers so, and frees the lane', async () => {
    await using agent = await startAgent((command, _params, call) => {
      if (command !== 'left_click') return Promise.resolve({ result: {} });
      const ended = Promise.withResolvers<Executed>();
      call.signal.addEventListener('abort', () => ended.reject(new Error('stopped')));
      return ended.promise;
    });
    const dispatcher = new Dispatcher(agent.link, []);
    const stop = new AbortController();
    const running = dispatcher.run(request('left_click'), stop.signal);
    await dispatcher.run(request('version', {}, { session: 's2' }), never);
    stop.abort();
    assert.equal((await running).error?.code, 'cancelled');
    assert.equal((await dispatcher.run(request('right_click'), never)).success, true);
  });

  it('whose agent dies under it has an unknown outcome, and the next one works', async () => {
    const hung = Promise.withResolvers<Executed>();
    await using agent = await startAgent((command) =>
      command === 'left_click' ? hung.promise : Promise.resolve({ result: {} }),
    );
    const dispatcher = new Dispatcher(agent.link, []);
    const running = dispatcher.run(request('left_click'), never);
    await dispatcher.run(request('version', {}, { session: 's2' }), never);
    agent.restart();
    assert.equal((await running).error?.code, 'unknown_outcome');
    assert.equal((await dispatcher.run(request('right_click'), never)).success, true);
    hung.resolve({ result: {} });
  });

  it('that an observer refuses is not executed', async () => {
    const seen: string[] = [];
    await using agent = await startAgent(echo(seen));
    const full: CommandObserver = {
      wish: () => undefined,
      onCall: () => {
        throw new Error('no room');
      },
      onReply: () => undefined,
    };
    const outcome = await new Dispatcher(agent.link, [full]).run(request('left_click'), never);
    assert.equal(outcome.success, false);
    assert.deepEqual(seen, []);
  });

  it('that answers with a picture gives it as PNG or JPEG', async () => {
    const png = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    const info = {
      frame: 'a'.repeat(64),
      width: 8,
      height: 4,
      cursor: { x: 1, y: 2 },
      grabbed_ms: 0,
      settled: true,
      settle_ms: 0,
    };
    const frame = new Frame({ width: 8, height: 4 }, []);
    const shot = { frame, cursor: info.cursor, grabbedMs: 0, monoMs: 0 };
    await using agent = await startAgent(() => Promise.resolve({ result: {}, image: { info, png, shot } }));
    const dispatcher = new Dispatcher(agent.link, []);
    for (const format of ['png', 'jpeg'] as const) {
      const { result } = await dispatcher.run(request('screenshot', { format }), never);
      const { image_data: data } = result as { image_data: string };
      const decoded = await sharp(Buffer.from(data, 'base64')).metadata();
      assert.deepEqual([decoded.format, decoded.width, decoded.height], [format, 8, 4]);
    }
  });
});
