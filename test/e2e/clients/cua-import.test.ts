// What cua-computer's own tracing writes, on a real desktop, as a ZIP and as a folder: imported, it shows the actions, the
// pictures and the trees that the client recorded, verifies, and is exported.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TreeNode } from '../../../protocol/tree.ts';
import { nodesOf } from '../../../protocol/privacy/redactor.ts';
import { Deskreel } from '../../../sdk/index.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { openTrace } from '../../../trace/source/source.ts';
import { readSteps } from '../../../trace/steps.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { entriesOf, exported } from '../../support/exports.ts';
import { startPythonClient, type PythonClient } from '../../support/python-client.ts';

const ACTIONS: [string, unknown[]][] = [
  ['left_click', [300, 250]],
  ['type_text', ['Imported!']],
  ['press_key', ['enter']],
  // Asked for, unlike the tracer's own.
  ['screenshot', []],
  ['hotkey', ['ctrl', 'a']],
];

describe("an archive of cua-computer's tracing", () => {
  let test: TestComputer;
  let client: PythonClient;
  before(async () => {
    test = await startComputer({ resolution: '800x600' });
    const [{ links } = { links: { api: '' } }] = await test.server.desktops();
    const options = { os_type: 'linux', use_host_computer_server: true, api_base_url: links.api };
    client = await startPythonClient('computer', options, test.folder);
    await test.desktop.launch('mousepad');
    await test.desktop.runCommand(
      'xdotool search --sync --onlyvisible --class mousepad windowactivate --sync',
    );
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  /** The path of what the client wrote. */
  async function traced(format: 'zip' | 'dir'): Promise<string> {
    await client.call('tracing.start', [{ name: `theirs-${format}`, accessibility_tree: true }]);
    await client.call('tracing.add_metadata', ['task', 'write a word']);
    for (const [method, args] of ACTIONS) await client.call(`interface.${method}`, args);
    return String(await client.call('tracing.stop', [{ format }]));
  }

  /** The trace that the server made of it, saved as a ZIP. */
  async function imported(path: string, name: string): Promise<string> {
    const { url, token } = test.server.running;
    await using deskreel = await Deskreel.open({ url, token });
    const { traceId } = await deskreel.importTrace(path);
    const saved = join(test.folder, `${name}.zip`);
    await deskreel.saveTrace(traceId, { path: saved });
    return saved;
  }

  for (const format of ['zip', 'dir'] as const) {
    it(`is seen, verified and exported here (${format})`, async () => {
      const theirs = await traced(format);
      const path = await imported(theirs, format);
      await using files = await openTraceFiles(path);
      assert.deepEqual((await verifyTrace(files)).faults, []);
      await using trace = await openTrace(path);
      const steps = await Array.fromAsync(readSteps(trace.entries()));
      assert.deepEqual(
        steps.map(({ call }) => call.data.method),
        ACTIONS.map(([method]) => method),
      );
      const inputs = steps.filter(({ call }) => call.data.method !== 'screenshot');
      assert.ok(inputs.every(({ frames }) => frames.before && frames.after));
      const trees: TreeNode[] = [];
      for (const { tree } of inputs) trees.push(await trace.tree(tree?.sha256 ?? ''));
      const titles = (tree: TreeNode): string[] => [...nodesOf(tree)].map(({ title }) => title);
      assert.ok(trees.every((tree) => titles(tree).some((title) => title.includes('Mousepad'))));
      const typed = [...nodesOf(trees.at(-1) ?? assert.fail())].map(({ value }) => String(value));
      assert.ok(
        typed.some((value) => value.includes('Imported!')),
        'the text is in the tree after it',
      );
      const osworld = await entriesOf(await exported(path, 'osworld'));
      assert.match(
        osworld.get('traj.jsonl')?.toString() ?? '',
        /pyautogui\.write\(\\"Imported!\\"\).*"step_num":5.*"done":true/s,
      );
      if (format === 'dir') await looksAsThere(theirs, trace);
    });
  }

  /** The last picture that the client took after an action is the one that the trace shows after it. */
  async function looksAsThere(folder: string, trace: Awaited<ReturnType<typeof openTrace>>): Promise<void> {
    const name = (await readdir(folder)).find((file) => file.endsWith('after_hotkey.png')) ?? '';
    const steps = await Array.fromAsync(readSteps(trace.entries()));
    const after = steps.find(({ call }) => call.data.method === 'hotkey')?.frames.after ?? assert.fail();
    const png = Buffer.concat(await Array.fromAsync(await trace.picture(after)));
    assert.deepEqual(png, await readFile(join(folder, name)));
  }
});
