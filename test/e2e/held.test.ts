// Buttons and keys that are held over connections, and what lifts them: seen by the text that a drag selects, or does not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import type { Point } from '../../protocol/primitives.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';
import { inside, KILL_AGENT } from '../support/inside.ts';
import { rowsOf } from '../support/saved-trace.ts';
import { ask, eventually } from '../support/server.ts';

const TEXT = 'what a drag selects';

describe('what a session holds', () => {
  let desk: TestComputer;
  let start: Point;
  let end: Point;
  before(async () => {
    desk = await startComputer();
    await desk.desktop.launch('mousepad');
    const { bounds } = await waitForElement(desk.desktop, { app: 'mousepad', role: 'text' });
    start = { x: bounds.x + 1, y: bounds.y + 10 };
    end = { x: bounds.x + bounds.width - 20, y: bounds.y + 10 };
    await desk.desktop.leftClick(end.x, end.y);
    await desk.desktop.typeText(TEXT);
    await desk.tracing.start({ name: 'held', screenshots: false });
  });
  after(() => desk[Symbol.asyncDispose]());
  beforeEach(async () => {
    await desk.desktop.leftClick(end.x, end.y + 100);
    await selected('');
  });

  /** What a person sees as marked. */
  async function selection(): Promise<string> {
    // The editor is given time to draw what the pointer did.
    const command = 'sleep 0.3; timeout 2 xclip -out -selection primary 2>/dev/null || true';
    return (await desk.desktop.runCommand(command, { timeout: 10 })).stdout;
  }
  async function selected(text: string): Promise<void> {
    await eventually(async () => assert.equal(await selection(), text), 10_000);
  }
  /** That no button is down: what the pointer passes over is not selected. */
  async function nothingHeld(): Promise<void> {
    await desk.desktop.moveCursor(start.x, start.y);
    await desk.desktop.moveCursor(end.x, end.y);
    await selected('');
  }
  const api = (): string => desk.computer.desktop.links.api;

  async function connection(): Promise<{ socket: WebSocket; told: (message: object) => Promise<unknown> }> {
    const socket = new WebSocket(`${api().replace('http', 'ws')}/ws`);
    await once(socket, 'open');
    const told = async (message: object): Promise<unknown> => {
      socket.send(JSON.stringify(message));
      const [reply] = (await once(socket, 'message')) as [Buffer];
      return JSON.parse(reply.toString('utf8'));
    };
    return { socket, told };
  }
  /** As Cua's clients do: a request of its own for each command. */
  async function byRequest(command: string, params: object): Promise<unknown> {
    const body = JSON.stringify({ command, params });
    const answer = await ask(`${api()}/cmd`, { method: 'POST', body });
    return JSON.parse(answer.text.replace(/^data: /, ''));
  }
  /** And a connection of its own. */
  async function bySocket(command: string, params: object): Promise<unknown> {
    const { socket, told } = await connection();
    const reply = await told({ command, params });
    socket.close();
    return reply;
  }

  for (const [name, send] of Object.entries({ requests: byRequest, sockets: bySocket })) {
    it(`is one drag over three ${name} of Cua's dialect`, async () => {
      assert.deepEqual(await send('mouse_down', start), { success: true });
      assert.deepEqual(await send('move_cursor', end), { success: true });
      assert.deepEqual(await send('mouse_up', end), { success: true });
      await selected(TEXT);
    });
  }

  it('is lifted when an input of it fails', async () => {
    await byRequest('mouse_down', start);
    const { success } = (await byRequest('move_cursor', { x: 9999, y: 0 })) as { success: boolean };
    assert.equal(success, false);
    await nothingHeld();
  });

  it('is lifted when what it asks is refused before it reaches the desktop', async () => {
    await byRequest('mouse_down', start);
    await byRequest('move_cursor', { x: 'far' });
    await nothingHeld();
  });

  it('is lifted when the session ends', async () => {
    const { socket, told } = await connection();
    assert.deepEqual(await told({ hello: { session: 'mine' } }), { hello: { session: 'mine' } });
    await told({ id: 1, command: 'mouse_down', params: start });
    assert.deepEqual(await told({ bye: true }), { bye: { session: 'mine' } });
    socket.close();
    await nothingHeld();
  });

  it('is lifted when the agent is started anew', async () => {
    await byRequest('mouse_down', start);
    await inside(desk.server.docker, desk.computer.desktop.id, KILL_AGENT);
    await eventually(async () => {
      await desk.desktop.getCursorPosition();
    });
    await nothingHeld();
  });

  it('is lifted after ten seconds of silence, whatever others do', async () => {
    const since = performance.now();
    await byRequest('mouse_down', start);
    await byRequest('key_down', { key: 'shift' });
    /** What is selected once the pointer is there. */
    const draggedTo = async ({ x, y }: Point): Promise<string> => {
      await desk.desktop.moveCursor(x, y);
      return selection();
    };
    assert.notEqual(await draggedTo(start), await draggedTo(end));
    await eventually(async () => assert.equal(await draggedTo(start), await draggedTo(end)));
    const silent = performance.now() - since;
    assert.ok(silent > 9_500, `${silent} ms`);
    // With Shift it would select the line.
    await desk.desktop.pressKey('home');
    await desk.desktop.pressKey('end');
    await selected('');
  });

  it('is told in the trace when it was lifted', async () => {
    const trace = await desk.stopTrace();
    const lifted = rowsOf(trace.rows, 'desktop')
      .filter(({ data }) => data.state === 'released')
      .map(({ data }) => data.reason);
    assert.deepEqual(lifted, [
      'left button of session ~cua: its move_cursor failed',
      'left button of session ~cua: its move_cursor failed',
      'left button of session mine: the session ended',
      'left button: the agent that pressed them has ended',
      'left button, a key of session ~cua: it was silent for 10 s',
    ]);
  });
});
