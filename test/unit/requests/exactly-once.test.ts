// Requests of a session, each carried out once: while they run, after they ended, and by the server that comes after a killed one.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Execute, Executed } from '../../../guest/agent/run-call.ts';
import { DesktopSpec } from '../../../protocol/desktop.ts';
import { Dispatcher, type CommandRequest } from '../../../server/commands/dispatcher.ts';
import type { GuestLink } from '../../../server/commands/guest-link.ts';
import type { CommandOutcome } from '../../../server/commands/observer.ts';
import { silentLog } from '../../../server/log.ts';
import { openRequestStore } from '../../../server/requests/request-store.ts';
import { startAgent, type TestAgent } from '../../support/agent.ts';

const never = new AbortController().signal;
const actor = { kind: 'agent', id: 'test' } as const;
const key = (id: number | string, name = 'a', session = 's'): CommandRequest => ({
  command: 'press_key',
  params: { key: name },
  requestId: id,
  session,
  actor,
});
const shell = (id: number, command: string): CommandRequest => ({
  ...key(id),
  command: 'run_command',
  params: { command },
});
const result = (stdout: string): Executed => ({ result: { stdout, stderr: '', return_code: 0 } });

describe('a request with an id', () => {
  let data = '';
  let now = 1_000_000;
  let done: unknown[] = [];
  let agent: TestAgent;
  let answer: (params: unknown) => Promise<Executed> = () => Promise.resolve({ result: {} });
  const execute: Execute = (_command, params) => {
    done.push(params);
    return answer(params);
  };
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'deskreel-once-'));
    done = [];
    answer = () => Promise.resolve({ result: {} });
    agent = await startAgent(execute);
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await rm(data, { recursive: true });
  });

  /** A server on the data folder; another one on the same is what comes after it was killed. */
  async function server(record: DesktopSpec['record'] = 'always', link?: GuestLink): Promise<Dispatcher> {
    const requests = await openRequestStore({ data, clock: { now: () => now }, log: silentLog });
    const spec = DesktopSpec.parse({ record });
    return new Dispatcher(
      link ?? agent.link,
      [],
      requests.sessionsOf({ id: 'd', spec }, () => []),
    );
  }
  const ledger = (): Promise<string> => readFile(join(data, 'requests', 'd.jsonl'), 'utf8');
  const codeOf = (outcome: CommandOutcome): string | undefined => outcome.error?.code;

  it('gets the same answer from the next server, and is not carried out again', async () => {
    answer = (params) =>
      (params as { key?: string }).key === 'b'
        ? Promise.reject(new Error('no such key'))
        : Promise.resolve(result('ñ'));
    const first = await server();
    const before = [await first.run(shell(1, 'x'), never), await first.run(key('b', 'b'), never)];
    const next = await server();
    const after = [await next.run(shell(1, 'x'), never), await next.run(key('b', 'b'), never)];
    assert.deepEqual(
      after.map(({ success, result, error }) => ({ success, result, error })),
      before.map(({ success, result, error }) => ({ success, result, error })),
    );
    assert.equal(done.length, 2);
  });

  it('with other parameters is a conflict, also at the next server; their order does not matter', async () => {
    const move = (params: object): CommandRequest => ({ ...key(1), command: 'move_cursor', params });
    const first = await server();
    assert.equal((await first.run(move({ x: 1, y: 2 }), never)).success, true);
    for (const one of [first, await server()]) {
      assert.equal((await one.run(move({ y: 2, x: 1 }), never)).success, true);
      assert.equal(codeOf(await one.run(move({ x: 1, y: 3 }), never)), 'id_conflict');
      assert.equal(codeOf(await one.run(key(1), never)), 'id_conflict');
    }
    assert.equal(done.length, 1);
  });

  it('is another in another session, and as text another than as a number', async () => {
    const one = await server();
    for (const request of [key(1), key('1'), key(1, 'a', 't')]) await one.run(request, never);
    assert.equal(done.length, 3);
  });

  it('that ran when the server was killed is asked of the guest, which did it once', async () => {
    const goOn = Promise.withResolvers<Executed>();
    answer = () => goOn.promise;
    const killed = await server('always', agent.anotherLink());
    void killed.run(shell(1, 'slow'), never);
    while (done.length === 0) await new Promise(setImmediate);
    const next = await server();
    const again = next.run(shell(1, 'slow'), never);
    goOn.resolve(result('done'));
    const outcome = await again;
    assert.deepEqual(outcome.result, { stdout: 'done', stderr: '', return_code: 0 });
    assert.equal(done.length, 1);
    assert.deepEqual((await (await server()).run(shell(1, 'slow'), never)).result, outcome.result);
  });

  it('that ran when server and agent died has an outcome that nobody knows, said each time', async () => {
    answer = () => new Promise(() => undefined);
    const killed = await server('always', agent.anotherLink());
    void killed.run(key(1), never);
    while (done.length === 0) await new Promise(setImmediate);
    agent.restart();
    answer = () => Promise.resolve({ result: {} });
    const link = agent.anotherLink();
    await link.ready(AbortSignal.timeout(5000));
    for (const one of [await server('always', link), await server('always', link)]) {
      assert.equal(codeOf(await one.run(key(1), never)), 'unknown_outcome');
    }
    assert.equal(done.length, 1);
  });

  it('whose link broke on the way is not carried out twice', async () => {
    const goOn = Promise.withResolvers<Executed>();
    answer = () => goOn.promise;
    const one = await server();
    const asked = one.run(shell(1, 'slow'), never);
    while (done.length === 0) await new Promise(setImmediate);
    agent.drop();
    await agent.link.ready(AbortSignal.timeout(5000));
    goOn.resolve(result('well'));
    assert.equal((await asked).success, true);
    assert.equal(done.length, 1);
  });

  it('leaves no secret, no parameter and no long answer on the disk: they are withheld, with their success', async () => {
    const long = 'long'.repeat(50_000);
    answer = (params) => Promise.resolve('command' in (params as object) ? result(long) : { result: {} });
    const secret: CommandRequest = {
      ...key(2),
      command: 'type_text',
      params: { text: 'hunter2 wrong', secret: true },
    };
    const first = await server();
    const whole = await first.run(shell(1, 'cat'), never);
    answer = () => Promise.reject(new Error('cannot type hunter2 wrong'));
    await first.run(secret, never);
    assert.deepEqual((await first.run(shell(1, 'cat'), never)).result, whole.result);
    assert.doesNotMatch(await ledger(), /hunter2|longlong|cat/);
    const next = await server();
    const withheld = await next.run(shell(1, 'cat'), never);
    assert.deepEqual([withheld.success, codeOf(withheld)], [true, 'reply_withheld']);
    const failed = await next.run(secret, never);
    assert.deepEqual([failed.success, codeOf(failed)], [false, 'reply_withheld']);
    assert.deepEqual(failed.error?.details, { success: false, code: 'command_failed' });
    assert.equal(done.length, 2);
  });

  it('of a desktop that is not recorded leaves its id and its outcome alone', async () => {
    answer = () => Promise.resolve(result('content'));
    const first = await server('off');
    assert.deepEqual((await first.run(shell(1, 'x'), never)).result, result('content').result);
    answer = () => Promise.resolve({ result: {} });
    const empty = await first.run(key(2), never);
    assert.doesNotMatch(await ledger(), /content|stdout/);
    const next = await server('off');
    assert.equal(codeOf(await next.run(shell(1, 'x'), never)), 'reply_withheld');
    assert.deepEqual((await next.run(key(2), never)).result, empty.result);
    assert.equal(done.length, 2);
  });

  it('is still known when what it answered is deleted, and nothing of that is on the disk', async () => {
    answer = (params) => Promise.resolve(result(String((params as { command?: string }).command)));
    const first = await server();
    await first.run(shell(1, 'quokka'), never);
    now += 1000;
    const secret = await first.run(shell(2, 'zebrafinch'), never);
    const failing: CommandRequest = { ...shell(3, 'tamarisk'), session: 'other' };
    answer = () => Promise.reject(new Error('tamarisk failed'));
    await first.run(failing, never);
    now += 1000;
    answer = () => Promise.resolve(result('crimson'));
    await first.run(shell(4, 'crimson'), never);
    first.sessions.erase(now - 1000, now - 500);
    assert.doesNotMatch(await ledger(), /zebrafinch|tamarisk/);
    assert.match(await ledger(), /quokka[^]*crimson/, 'what was answered before and after is kept');
    assert.deepEqual((await first.run(shell(2, 'zebrafinch'), never)).result, secret.result);
    const next = await server();
    const withheld = await next.run(shell(2, 'zebrafinch'), never);
    assert.deepEqual([withheld.success, codeOf(withheld)], [true, 'reply_withheld']);
    assert.equal(codeOf(await next.run(failing, never)), 'reply_withheld');
    assert.deepEqual((await next.run(shell(4, 'crimson'), never)).result, result('crimson').result);
    assert.equal(done.length, 4);
  });

  it('is remembered as one of the last thousand, and for ten minutes', async () => {
    const one = await server();
    await one.run(key('first'), never);
    for (let id = 0; id < 1200; id += 1) await one.run(key(id), never);
    await one.run(key('first'), never);
    await (await server()).run(key('first'), never);
    assert.equal(done.length, 1201);
    now += 11 * 60_000;
    const later = await server();
    await later.run(key('last'), never);
    await later.run(key(1199), never);
    assert.equal(done.length, 1202);
    await later.run(key('first'), never);
    assert.equal(done.length, 1203);
  });

  it('that was refused is not tried again', async () => {
    const one = await server();
    const wrong: CommandRequest = { ...key(1), params: { key: 7 } };
    for (const each of [one, one, await server()]) {
      assert.equal(codeOf(await each.run(wrong, never)), 'bad_params');
    }
    assert.equal(done.length, 0);
  });

  it('is not sent once the server stops, and what it cannot know is left to the next', async () => {
    const goOn = Promise.withResolvers<Executed>();
    answer = () => goOn.promise;
    const link = agent.anotherLink();
    const stopping = await server('always', link);
    const asked = stopping.run(key(1), never);
    while (done.length === 0) await new Promise(setImmediate);
    stopping.sessions.close();
    link.close();
    assert.equal(codeOf(await asked), 'unknown_outcome');
    goOn.resolve({ result: {} });
    assert.equal((await (await server()).run(key(1), never)).success, true);
    assert.equal(done.length, 1);
  });

  it('is forgotten with its desktop, and the ledgers of desktops that are gone go', async () => {
    const one = await server();
    await one.run(key(1), never);
    const requests = await openRequestStore({ data, clock: { now: () => now }, log: silentLog });
    await requests.keepOnly(['d']);
    assert.deepEqual(await readdir(join(data, 'requests')), ['d.jsonl']);
    await requests.keepOnly(['other']);
    assert.deepEqual(await readdir(join(data, 'requests')), []);
  });
});
