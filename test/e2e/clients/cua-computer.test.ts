// The unmodified Python client cua-computer: at the server, where it is recorded, and at the image used alone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DesktopContainer } from '../../support/container.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { freePort } from '../../support/free-port.ts';
import { IMAGE } from '../../support/image.ts';
import { startPythonClient, type PythonClient } from '../../support/python-client.ts';
import { actionsOf, runSeedExample } from './seed-example.ts';
import { editorIsEmpty, holds, works } from './surface.ts';

/** What the example types, where it clicks. */
const TYPED = 'Hello, World!';

describe('cua-computer at the server', () => {
  let test: TestComputer;
  let client: PythonClient;
  let desktop: DesktopContainer;
  before(async () => {
    test = await startComputer({ resolution: '1024x768' });
    const [{ id, links } = { id: '', links: { api: '' } }] = await test.server.desktops();
    desktop = DesktopContainer.at(`deskreel-${id}`);
    const options = { os_type: 'linux', use_host_computer_server: true, api_base_url: links.api };
    client = await startPythonClient('computer', options, test.folder);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  it('does what it does on the desktop', () => works({ client, desktop }));

  it('runs the tracing example, and its trace and ours agree on the actions', async () => {
    await editorIsEmpty({ client, desktop });
    await test.tracing.start();
    const theirs = await runSeedExample(client, test.folder);
    const ours = await test.stopTrace();
    await holds({ client, desktop }, TYPED);
    assert.deepEqual(actionsOf(ours.calls), actionsOf(theirs));
    assert.deepEqual(actionsOf(ours.calls).map(({ method }) => method), ['left_click', 'type_text']); // prettier-ignore
    const pictures = (calls: readonly { method: string }[]): number =>
      calls.filter(({ method }) => method === 'screenshot').length;
    assert.equal(pictures(ours.calls), pictures(theirs));
    assert.ok(ours.calls.every(({ success }) => success));
  });
});

describe('cua-computer at the image', () => {
  const name = `deskreel-test-${randomUUID()}`;
  const desktop = DesktopContainer.at(name);
  let folder: string;
  let client: PythonClient;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-client-'));
    const machine = {
      name,
      memory: '2GB',
      cpu: '2',
      noVNC_port: await freePort(),
      api_port: await freePort(),
    };
    const options = { os_type: 'linux', provider_type: 'docker', image: IMAGE, ...machine };
    client = await startPythonClient('computer', options, folder);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await desktop[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('does what it does on the desktop', () => works({ client, desktop }));

  it('runs the tracing example', async () => {
    await editorIsEmpty({ client, desktop });
    const theirs = await runSeedExample(client, folder);
    assert.deepEqual(actionsOf(theirs).map(({ method }) => method), ['left_click', 'type_text']); // prettier-ignore
    await holds({ client, desktop }, TYPED);
  });

  it('stops in order when the client stops it', async () => {
    await client[Symbol.asyncDispose]();
    assert.match(await desktop.inspect('{{.State.Status}} {{.State.ExitCode}}'), /^exited (0|143)$/);
  });
});
