// Keys of requests by REST, and ids by socket, across a server that is killed: asked again, each tells what became of its command.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OnceDesktop } from '../support/once-desktop.ts';
import { ask, eventually } from '../support/server.ts';

/** Each line of it is a command that was carried out. */
const DONE = '/home/cua/done';

interface Reply {
  readonly status: number;
  readonly success: boolean;
  readonly result?: { readonly stdout: string };
  readonly error?: { readonly code: string };
}

describe('a request whose server was killed', () => {
  let desktop: OnceDesktop;
  before(async () => (desktop = await OnceDesktop.start()));
  after(() => desktop[Symbol.asyncDispose]());

  async function post(key: string, command: string): Promise<Reply> {
    const { api, headers } = desktop.rest();
    const body = JSON.stringify({ command, timeout: 60 });
    const answer = await ask(`${api}/commands/run_command`, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': key },
      body,
    });
    return { ...(answer.json() as Omit<Reply, 'status'>), status: answer.status };
  }
  /** By requests without a key: they are not the ones that are looked at. */
  const shell = async (command: string): Promise<string> => {
    const { api, headers } = desktop.rest();
    const body = JSON.stringify({ command });
    const answer = await ask(`${api}/commands/run_command`, { method: 'POST', headers, body });
    return (answer.json() as Required<Reply>).result.stdout;
  };
  const timesDone = async (name: string): Promise<number> =>
    (await shell(`cat ${DONE}`)).split('\n').filter((line) => line === name).length;
  /** Waits for `go`, so that it is under way when the server dies, whatever the machine is like. */
  const held = (name: string): string =>
    `echo ${name} >>${DONE}; until [ -e ~/go-${name} ]; do sleep 0.05; done; echo end of ${name}`;
  const begun = (name: string): Promise<void> =>
    eventually(async () => assert.equal(await timesDone(name), 1));

  it('and had been answered gets that answer, and stands for no other command', async () => {
    const command = `echo first >>${DONE}; echo said $RANDOM`;
    const first = await post('key 1', command);
    assert.deepEqual([first.status, first.success], [200, true]);
    await desktop.killServer();
    assert.deepEqual(await post('key 1', command), first);
    assert.equal(await timesDone('first'), 1);
    const other = await post('key 1', `echo other >>${DONE}`);
    assert.deepEqual([other.status, other.error?.code], [409, 'id_conflict']);
    assert.equal(await timesDone('other'), 0);
    const failed = await post('key 2', 'exit 3');
    await desktop.killServer();
    assert.deepEqual(await post('key 2', 'exit 3'), failed);
  });

  it('while it ran gets its answer from the next server, by as many as ask', async () => {
    const lost = assert.rejects(post('key 3', held('ran')));
    await begun('ran');
    await desktop.killServer();
    await lost;
    const asked = [1, 2].map(() => post('key 3', held('ran')));
    await shell('touch ~/go-ran');
    for (const reply of await Promise.all(asked)) {
      assert.deepEqual([reply.status, reply.result?.stdout], [200, 'end of ran\n']);
    }
    assert.equal(await timesDone('ran'), 1);
  });

  it('together with its agent is told that nobody knows, and is not done again', async () => {
    const lost = assert.rejects(post('key 4', held('died')));
    await begun('died');
    await Promise.all([desktop.killServer(), desktop.killAgent()]);
    await lost;
    for (let time = 0; time < 2; time += 1) {
      const reply = await post('key 4', held('died'));
      assert.deepEqual([reply.success, reply.error?.code], [false, 'unknown_outcome']);
      assert.ok(reply.status >= 500, `${reply.status}`);
    }
    assert.equal(await timesDone('died'), 1);
    // Another key is another command.
    const { result } = await post('key 5', `echo other key >>${DONE}; echo done`);
    assert.equal(result?.stdout, 'done\n');
  });

  it('is asked for by its id, over a socket of the same session', async () => {
    const command = `echo by socket >>${DONE}; echo said $RANDOM`;
    const first = await desktop.bySocket('named', { id: 7, command: 'run_command', params: { command } });
    assert.equal(first['success'], true);
    await desktop.killServer();
    assert.deepEqual(
      await desktop.bySocket('named', { id: 7, command: 'run_command', params: { command } }),
      first,
    );
    assert.equal(await timesDone('by socket'), 1);
    const elsewhere = await desktop.bySocket('other', { id: 7, command: 'version', params: {} });
    assert.equal(elsewhere['success'], true);
  });
});
