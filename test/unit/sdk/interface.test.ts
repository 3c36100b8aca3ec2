import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMAND_NAMES, COMMANDS, type CommandName } from '../../../protocol/commands/table.ts';
import { DeskreelError } from '../../../protocol/errors.ts';
import { createInterface } from '../../../sdk/interface/computer-interface.ts';
import { PART_BYTES } from '../../../sdk/interface/files.ts';
import { camelCase } from '../../../sdk/names.ts';

interface Sent {
  command: CommandName;
  params: unknown;
}

/** An interface whose commands are noted and answered by the test. */
function noted(answer: (sent: Sent) => unknown = () => ({})) {
  const sent: Sent[] = [];
  const call = (command: CommandName, params: object): Promise<unknown> => {
    // As it arrives: what is undefined is not sent.
    const wire: unknown = JSON.parse(JSON.stringify(params));
    COMMANDS[command].params.parse(wire);
    sent.push({ command, params: wire });
    return Promise.resolve(answer({ command, params: wire }));
  };
  return { sent, desktop: createInterface(() => ({ call })) };
}

describe('the interface', () => {
  it('has a method for every command of the table', () => {
    const methods = Object.keys(noted().desktop);
    const missing = COMMAND_NAMES.filter((name) => !methods.includes(camelCase(name)));
    assert.deepEqual(missing, []);
  });

  it('sends positional arguments under the names of the table', async () => {
    const { sent, desktop } = noted();
    await desktop.leftClick(1, 2);
    await desktop.leftClick();
    await desktop.leftClick(3, 4, { button: 'right' });
    await desktop.mouseDown(5, 6, 'middle');
    await desktop.scroll(0, -3);
    await desktop.scroll(10, 20, { scrollY: 2 });
    await desktop.drag(
      [
        [1, 1],
        [9, 9],
      ],
      { duration: 1 },
    );
    await desktop.typeText('é', { secret: true });
    await desktop.press('enter');
    await desktop.hotkey('ctrl', 's');
    await desktop.hotkey(['alt', 'f4'], { timeoutMs: 1 });
    assert.deepEqual(
      sent.map(({ command, params }) => [command, params]),
      [
        ['left_click', { x: 1, y: 2, button: 'left' }],
        ['left_click', { button: 'left' }],
        ['left_click', { x: 3, y: 4, button: 'right' }],
        ['mouse_down', { x: 5, y: 6, button: 'middle' }],
        ['scroll', { x: 0, y: -3 }],
        ['scroll', { x: 10, y: 20, scroll_y: 2 }],
        ['drag', { path: [[1, 1], [9, 9]], button: 'left', duration: 1 }], // prettier-ignore
        ['type_text', { text: 'é', secret: true }],
        ['press_key', { key: 'enter' }],
        ['hotkey', { keys: ['ctrl', 's'] }],
        ['hotkey', { keys: ['alt', 'f4'] }],
      ],
    );
  });

  it('gives answers in camelCase', async () => {
    const { desktop } = noted(() => ({ stdout: 'a', stderr: '', return_code: 3, stdout_bytes: 1 }));
    const output = await desktop.runCommand('false');
    assert.equal(output.returnCode, 3);
    assert.equal(output.stdoutBytes, 1);
    assert.ok(!('return_code' in output));
  });

  it('refuses an answer that is not the command’s', async () => {
    const { desktop } = noted(() => ({ size: { width: 'wide' } }));
    await assert.rejects(desktop.getScreenSize(), /get_screen_size's result: size\.width/);
  });

  it('writes and reads what is larger than a message in parts', async () => {
    const stored: Buffer[] = [];
    const { sent, desktop } = noted(({ command, params }) => {
      if (command === 'write_bytes') {
        const { content_b64: content, append } = COMMANDS.write_bytes.params.parse(params);
        if (!append) stored.length = 0;
        stored.push(Buffer.from(content, 'base64'));
        return {};
      }
      const { offset, length } = COMMANDS.read_bytes.params.parse(params);
      const part = Buffer.concat(stored).subarray(offset, offset + (length ?? 0));
      return { content_b64: part.toString('base64') };
    });
    const content = Buffer.alloc(2 * PART_BYTES + 3, 'deskreel');
    await desktop.writeBytes('~/large', content);
    assert.equal(sent.length, 3);
    assert.ok((await desktop.readBytes('~/large')).equals(content));
    const middle = await desktop.readBytes('~/large', { offset: 7, length: PART_BYTES + 1 });
    assert.ok(middle.equals(content.subarray(7, PART_BYTES + 8)));
    await desktop.writeBytes('~/large', Buffer.alloc(0));
    assert.equal(Buffer.concat(stored).length, 0);
  });

  it('reads a text that is too large for one message by its bytes', async () => {
    const { desktop } = noted(({ command }) => {
      if (command === 'read_text') throw new DeskreelError('too_large', 'more than a message holds');
      return { content_b64: Buffer.from('long ñ').toString('base64') };
    });
    assert.equal(await desktop.readText('~/long'), 'long ñ');
  });
});
