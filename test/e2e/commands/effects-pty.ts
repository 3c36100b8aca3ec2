// What the commands that work terminals do; test/e2e/pty.test.ts goes deeper.
import assert from 'node:assert/strict';
import type { ptyCommands } from '../../../protocol/commands/pty.ts';
import { eventually } from '../../support/server.ts';
import type { EffectsOf, Stage } from './stage.ts';

const LIMIT_MS = 10_000;

export const ptyEffects: EffectsOf<keyof typeof ptyCommands> = {
  pty_create: async ({ desktop, shell }) => {
    await desktop.ptyCreate({ command: 'tty >~/pty-create; stty size >>~/pty-create', cols: 90, rows: 20 });
    await holds(shell, 'pty-create', /^\/dev\/pts\/\d+\n20 90$/);
  },
  pty_info: async ({ desktop, shell }) => {
    const { pid } = await desktop.ptyCreate({ command: 'sleep 100', cols: 33, rows: 44 });
    assert.deepEqual(await desktop.ptyInfo(pid), { pid, cols: 33, rows: 44 });
    assert.match(await shell.run(`ps -o tty=,args= -p ${pid}`), /^pts\/\d+ +sleep 100$/);
    await desktop.ptyKill(pid);
  },
  pty_send: async ({ desktop, shell }) => {
    const { pid } = await desktop.ptyCreate({ command: 'cat >~/pty-send' });
    await desktop.ptySend(pid, 'typed ñ\n');
    await holds(shell, 'pty-send', /^typed ñ$/);
    await desktop.ptyKill(pid);
  },
  pty_resize: async ({ desktop, shell }) => {
    const { pid } = await desktop.ptyCreate({ command: 'read; stty size >~/pty-resize' });
    await desktop.ptyResize(pid, 123, 45);
    await desktop.ptySend(pid, '\n');
    await holds(shell, 'pty-resize', /^45 123$/);
  },
  pty_read: async ({ desktop, shell }) => {
    await shell.run('echo in the file >~/pty-read');
    const { pid } = await desktop.ptyCreate({ command: 'cat ~/pty-read' });
    await eventually(async () => {
      const { data } = await desktop.ptyRead(pid);
      assert.equal(data.toString(), 'in the file\r\n');
    }, LIMIT_MS);
  },
  pty_kill: async ({ desktop, shell }) => {
    const { pid } = await desktop.ptyCreate({ command: 'sleep 100' });
    await desktop.ptyKill(pid);
    assert.equal(await shell.run(`ps -o args= -p ${pid} || true`), '');
  },
};

function holds(shell: Stage['shell'], file: string, wanted: RegExp): Promise<void> {
  return eventually(async () => assert.match(await shell.run(`cat ~/${file}`), wanted), LIMIT_MS);
}
