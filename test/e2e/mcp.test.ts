// MCP by the official client, over HTTP and over standard input and output, on a real desktop.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { fileURLToPath } from 'node:url';
import { COMMAND_NAMES } from '../../protocol/commands/table.ts';
import type { DesktopInfo } from '../../protocol/desktop.ts';
import { attach } from '../support/computer.ts';
import { clickElement, waitForElement } from '../support/elements.ts';
import { decodePicture } from '../support/picture.ts';
import { ask, eventually, TestServer } from '../support/server.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

let server: TestServer;
let desktop: DesktopInfo;
before(async () => {
  server = await TestServer.start();
  desktop = await server.create({ name: 'desk' });
});
after(() => server[Symbol.asyncDispose]());

async function overHttp(path: string, headers: Record<string, string>): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const url = new URL(path, server.url);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

async function overStdio(): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const env = { ...getDefaultEnvironment(), DESKREEL_URL: server.url, DESKREEL_TOKEN: server.running.token };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env }));
  return client;
}

async function use(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<CallToolResult> {
  return CallToolResultSchema.parse(await client.callTool({ name, arguments: args }));
}

function textOf({ content }: CallToolResult): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

/** Opens an editor, types into it and looks at the screen, by tools alone; a person's view of it is the tree. */
async function writesANote(client: Client, text: string): Promise<void> {
  const computer = await attach(server, desktop.id);
  try {
    await use(client, 'computer_launch', { app: 'mousepad' });
    await waitForElement(computer.interface, { app: 'mousepad', role: 'text', state: 'focused' });
    assert.equal((await use(client, 'computer_type_text', { text })).isError, undefined);
    const { value } = await waitForElement(computer.interface, { app: 'mousepad', role: 'text' });
    assert.equal(value, text);
    const { content } = await use(client, 'computer_screenshot', { desktop: 'desk' });
    const image = content.find((block) => block.type === 'image');
    assert.equal(image?.mimeType, 'image/png');
    const { width, height } = await decodePicture(Buffer.from(image.data, 'base64'));
    assert.deepEqual([width, height], [1280, 800]);
    await use(client, 'computer_hotkey', { keys: ['ctrl', 'q'] });
    await clickElement(computer.interface, { app: 'mousepad', role: 'button', title: "Don't Save" });
  } finally {
    await computer.stop();
  }
}

describe('MCP over HTTP', () => {
  it('has a tool for each command, and works a desktop', async () => {
    await using client = closing(await overHttp('/mcp', server.auth));
    const { tools } = await client.mcp.listTools();
    const names = tools.map(({ name }) => name);
    for (const command of COMMAND_NAMES) assert.ok(names.includes(`computer_${command}`), command);
    const onDesktop = tools.filter(({ inputSchema }) => 'desktop' in (inputSchema.properties ?? {}));
    assert.ok(onDesktop.length >= COMMAND_NAMES.length);
    await writesANote(client.mcp, 'written by MCP: ñ 漢');
  });

  it('tells errors as the tool’s own, with their codes', async () => {
    await using client = closing(await overHttp('/mcp', server.auth));
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ['computer_left_click', { x: 9000, y: 1 }, /^out_of_screen: /],
      ['computer_left_click', { x: 'left' }, /^bad_params: .*x/],
      ['computer_press_key', { key: 'no such key' }, /^unknown_key: /],
      ['computer_screenshot', { desktop: 'nowhere' }, /^not_found: .*nowhere.*desk/],
      ['computer_screenshot', { desktop: 7 }, /^bad_\w+: .*desktop/],
      ['computer_read_text', { path: '/no such file' }, /^command_failed: .*ENOENT/],
      ['computer_run_command', { command: 'sleep 9', timeout: 0.3 }, /^timeout: /],
      ['computer_invoke_element', { title: 'no such element' }, /^not_found: /],
      ['trace_stop', {}, /^trace_inactive: /],
    ];
    for (const [name, args, message] of wrong) {
      const result = await use(client.mcp, name, args);
      assert.equal(result.isError, true, name);
      assert.match(textOf(result), message);
    }
    await assert.rejects(client.mcp.callTool({ name: 'computer_fly' }), /there is no tool computer_fly/);
  });

  it('wants to know which desktop, where there are several, and makes and removes them', async () => {
    await using client = closing(await overHttp('/mcp', server.auth));
    const made = JSON.parse(textOf(await use(client.mcp, 'desktop_create', { name: 'second' }))) as {
      id: string;
    };
    const unclear = await use(client.mcp, 'computer_get_screen_size');
    assert.match(textOf(unclear), /^bad_request: .*desk, second/);
    const size = await use(client.mcp, 'computer_get_screen_size', { desktop: 'second' });
    assert.match(textOf(size), /1280/);
    await use(client.mcp, 'desktop_remove', { desktop: made.id });
    assert.deepEqual(
      (await server.desktops()).map(({ name }) => name),
      ['desk'],
    );
  });

  it('opens to a desktop’s key for that desktop, and to nobody without one', async () => {
    const { pathname } = new URL(desktop.links.api);
    await using client = closing(await overHttp(`${pathname}/mcp`, {}));
    const names = (await client.mcp.listTools()).tools.map(({ name }) => name);
    assert.ok(names.includes('computer_screenshot') && !names.includes('desktop_create'));
    assert.match(textOf(await use(client.mcp, 'computer_get_screen_size')), /1280/);
    await assert.rejects(overHttp('/mcp', {}), /token/);
    assert.equal((await ask(`${server.url}/mcp`, { method: 'POST' })).status, 401);
    const foreign = { ...server.auth, Origin: 'http://evil.example' };
    assert.equal((await ask(`${server.url}/mcp`, { method: 'POST', headers: foreign })).status, 403);
  });

  it('ends a tool whose client hangs up', async () => {
    const computer = await attach(server, desktop.id);
    const away = new AbortController();
    const params = {
      name: 'computer_run_command',
      arguments: { command: 'echo $$ >/tmp/asked; exec sleep 300' },
    };
    const asked = fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        ...server.auth,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      signal: away.signal,
    });
    const hungUp = assert.rejects(asked, { name: 'AbortError' });
    const alive = async (): Promise<boolean> =>
      (await computer.interface.runCommand('kill -0 "$(cat /tmp/asked)"')).returnCode === 0;
    try {
      await eventually(async () => assert.ok(await alive(), 'it runs'));
      away.abort();
      await hungUp;
      await eventually(async () => assert.ok(!(await alive()), 'it has ended'));
    } finally {
      await computer.stop();
    }
  });

  for (const [how, open] of [
    ['over HTTP', () => overHttp('/mcp', server.auth)],
    ['by the key of the desktop', () => overHttp(`${new URL(desktop.links.api).pathname}/mcp`, {})],
    ['over standard input and output', overStdio],
  ] as const) {
    it(`ends a tool that the client takes back, ${how}, and that one alone`, async () => {
      const computer = await attach(server, desktop.id);
      await using client = closing(await open());
      // Another client's request has the same number.
      await using other = closing(await open());
      const alive = async (name: string): Promise<boolean> =>
        (await computer.interface.runCommand(`kill -0 "$(cat /tmp/${name})"`)).returnCode === 0;
      const sleeper = (name: string): object => ({ command: `echo $$ >/tmp/${name}; exec sleep 60` });
      const away = new AbortController();
      const call = (mcp: Client, name: string, signal: AbortSignal): Promise<unknown> =>
        mcp.callTool({ name: 'computer_run_command', arguments: { ...sleeper(name) } }, undefined, {
          signal,
        });
      try {
        const taken = assert.rejects(call(client.mcp, 'taken', away.signal), /given up/);
        const end = new AbortController();
        const left = assert.rejects(call(other.mcp, 'left', end.signal));
        await eventually(async () => assert.ok((await alive('taken')) && (await alive('left')), 'both run'));
        away.abort('given up');
        await taken;
        await eventually(async () => assert.ok(!(await alive('taken')), 'it has ended'));
        assert.ok(await alive('left'));
        assert.match(textOf(await use(client.mcp, 'computer_get_screen_size')), /1280/);
        end.abort();
        await left;
      } finally {
        await computer.stop();
      }
    });
  }

  it('records what it does', async () => {
    await using client = closing(await overHttp('/mcp', server.auth));
    await use(client.mcp, 'trace_start', { name: 'by mcp' });
    await use(client.mcp, 'computer_move_cursor', { x: 40, y: 50 });
    const { trace_id: id } = JSON.parse(textOf(await use(client.mcp, 'trace_stop'))) as { trace_id: string };
    const answer = await server.api('GET', `/v1/traces/${id}`);
    assert.match(answer.text, /"name":"by mcp".*"steps":1/);
  });
});

describe('MCP over standard input and output', () => {
  it('works the same desktop', async () => {
    await using client = closing(await overStdio());
    assert.ok((await client.mcp.listTools()).tools.some(({ name }) => name.endsWith('screenshot')));
    await writesANote(client.mcp, 'by stdio');
    assert.match(textOf(await use(client.mcp, 'computer_left_click', { x: -1, y: 1 })), /^out_of_screen: /);
  });
});

/** With the end of the block the client goes, and the program that it started. */
function closing(mcp: Client): AsyncDisposable & { mcp: Client } {
  return { mcp, [Symbol.asyncDispose]: () => mcp.close() };
}

describe('operations', () => {
  it('count what was done and tell of the API', async () => {
    const metrics = await server.api('GET', '/metrics');
    assert.match(String(metrics.headers['content-type']), /^text\/plain/);
    assert.match(metrics.text, /deskreel_desktops\{state="ready"\} 1/);
    assert.match(metrics.text, /deskreel_commands_total\{command="type_text",outcome="success"\} 2/);
    assert.match(metrics.text, /deskreel_commands_total\{command="left_click",outcome="out_of_screen"\} 2/);
    const document = (await server.api('GET', '/openapi.json')).json() as { paths: object };
    assert.ok('/v1/desktops/{id}/commands/left_click' in document.paths);
    for (const path of ['/metrics', '/openapi.json', '/readyz']) {
      assert.equal((await ask(`${server.url}${path}`)).status, 401);
    }
  });
});
