// What the commands on files, programs and the clipboard do, as a shell beside them sees it.
import assert from 'node:assert/strict';
import type { clipboardCommands } from '../../../protocol/commands/clipboard.ts';
import type { fileCommands } from '../../../protocol/commands/files.ts';
import type { processCommands } from '../../../protocol/commands/process.ts';
import { PART_BYTES } from '../../../sdk/interface/files.ts';
import { findElements, readTree } from '../../support/elements.ts';
import { eventually } from '../../support/server.ts';
import type { EffectsOf } from './stage.ts';

const reads: EffectsOf<
  'file_exists' | 'directory_exists' | 'list_dir' | 'read_text' | 'read_bytes' | 'get_file_size'
> = {
  file_exists: async ({ desktop, shell }) => {
    await shell.run('echo a > ~/there.txt');
    assert.equal(await desktop.fileExists('~/there.txt'), true);
    await shell.run('rm ~/there.txt');
    assert.equal(await desktop.fileExists('~/there.txt'), false);
  },
  directory_exists: async ({ desktop, shell }) => {
    await shell.run('mkdir ~/folder');
    assert.equal(await desktop.directoryExists('~/folder'), true);
    await shell.run('rmdir ~/folder');
    assert.equal(await desktop.directoryExists('~/folder'), false);
  },
  list_dir: async ({ desktop, shell }) => {
    await shell.run("mkdir -p ~/list && touch ~/list/b ~/list/a '~/list/ü' 2>/dev/null; touch ~/list/ü");
    assert.deepEqual(await desktop.listDir('~/list'), ['a', 'b', 'ü']);
  },
  read_text: async ({ desktop, shell }) => {
    await shell.run("printf 'one\\ntwo 世\\n' > ~/text");
    assert.equal(await desktop.readText('~/text'), 'one\ntwo 世\n');
  },
  read_bytes: async ({ desktop, shell }) => {
    await shell.run(`head -c ${PART_BYTES + 1000} /dev/urandom > ~/large`);
    const sum = await shell.run('sha256sum < ~/large | cut -d" " -f1');
    const bytes = await desktop.readBytes('~/large');
    const { createHash } = await import('node:crypto');
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sum);
    assert.deepEqual(await desktop.readBytes('~/large', { offset: 5, length: 7 }), bytes.subarray(5, 12));
  },
  get_file_size: async ({ desktop, shell }) => {
    await shell.run('head -c 4321 /dev/zero > ~/size');
    assert.equal(await desktop.getFileSize('~/size'), 4321);
  },
};

const writes: EffectsOf<'write_text' | 'write_bytes' | 'create_dir' | 'delete_file' | 'delete_dir'> = {
  write_text: async ({ desktop, shell }) => {
    await desktop.writeText('~/written', 'Ж\n');
    assert.equal(await shell.run('cat ~/written'), 'Ж');
  },
  write_bytes: async ({ desktop, shell }) => {
    await desktop.writeBytes('~/bytes', Buffer.from([0, 255, 10]));
    await desktop.writeBytes('~/bytes', Buffer.from([7]), { append: true });
    assert.equal(await shell.run('od -An -tu1 ~/bytes'), '0 255  10   7');
    await desktop.writeBytes('~/bytes', Buffer.alloc(PART_BYTES + 5, 'x'));
    assert.equal(await shell.run('stat -c %s ~/bytes'), String(PART_BYTES + 5));
  },
  create_dir: async ({ desktop, shell }) => {
    await desktop.createDir('~/new/below');
    assert.equal(await shell.run('stat -c %F ~/new/below'), 'directory');
  },
  delete_file: async ({ desktop, shell }) => {
    await shell.run('touch ~/gone');
    await desktop.deleteFile('~/gone');
    assert.equal(await shell.run('ls ~/gone 2>/dev/null || echo none'), 'none');
  },
  delete_dir: async ({ desktop, shell }) => {
    await shell.run('mkdir -p ~/gone-folder');
    await desktop.deleteDir('~/gone-folder');
    assert.equal(await shell.run('ls -d ~/gone-folder 2>/dev/null || echo none'), 'none');
  },
};

const programs: EffectsOf<keyof typeof processCommands> = {
  run_command: async ({ desktop, shell }) => {
    const ran = await desktop.runCommand('pwd; echo "$WORD" >&2; exit 3', {
      cwd: '/usr/share',
      env: { WORD: 'ü' },
    });
    assert.deepEqual([ran.stdout, ran.stderr, ran.returnCode], ['/usr/share\n', 'ü\n', 3]);
    const binary = await desktop.runCommand("printf '\\377a'");
    assert.equal(Buffer.from(binary.stdoutB64 ?? '', 'base64').toString('hex'), 'ff61');
    const much = await desktop.runCommand('head -c 5000000 /dev/zero | tr "\\0" x');
    assert.deepEqual(
      [much.truncated, much.stdoutBytes, much.stdout.length],
      [true, 5_000_000, 4 * 1024 * 1024],
    );
    await assert.rejects(desktop.runCommand('sleep 3141 & sleep 3141', { timeout: 0.5 }), {
      code: 'timeout',
    });
    assert.equal(
      await shell.run('pgrep -f "sleep 314[1]" || echo none'),
      'none',
      'the whole group was ended',
    );
    // One that has left the group holds the command's output open.
    const from = performance.now();
    const leaving = desktop.runCommand('echo first; setsid sleep 3142 & sleep 3141', { timeout: 0.5 });
    await assert.rejects(leaving, {
      code: 'timeout',
      details: { fields: { stdout: 'first\n', stderr: 'Command timed out after 0.5s', return_code: -1 } },
    });
    assert.ok(performance.now() - from < 5000);
    await shell.run('pkill -f "sleep 314[2]"');
    await assert.rejects(desktop.runCommand('pwd', { cwd: '/not there' }), { message: /\/not there/ });
  },
  launch: async ({ desktop, shell }) => {
    const pid = await desktop.launch('xfce4-terminal', ['--title', 'launched here']);
    assert.ok(pid > 0);
    await eventually(async () => {
      assert.match(await shell.run('wmctrl -l'), /launched here/);
    });
    await shell.run("wmctrl -c 'launched here'");
  },
  open: async ({ desktop, shell }) => {
    await shell.run('mkdir ~/opened');
    await desktop.open('~/opened');
    await eventually(async () => {
      assert.match(await shell.run('wmctrl -l'), /opened - Thunar/);
    });
    await shell.run("wmctrl -c 'opened - Thunar'");
    for (const target of ['~/not there', 'not there', 'file:///not/there'])
      await assert.rejects(desktop.open(target), { code: 'command_failed', message: /ENOENT/ });
  },
};

const clipboard: EffectsOf<keyof typeof clipboardCommands> = {
  copy_to_clipboard: async ({ desktop, shell }) => {
    await shell.run("printf 'from a shell é' | xclip -selection clipboard -in >/dev/null 2>&1");
    assert.equal(await desktop.copyToClipboard(), 'from a shell é');
  },
  set_clipboard: async (stage) => {
    await stage.edit();
    await stage.desktop.setClipboard('pasted 世');
    await stage.desktop.hotkey('ctrl', 'v');
    // By the tree: a program asks for the clipboard when it comes to it, and `edited` would give it another one.
    await eventually(async () => {
      const [text] = findElements(await readTree(stage.desktop), { app: 'mousepad', role: 'text' });
      assert.equal(text?.value, 'pasted 世');
    }, 5_000);
  },
};

export const fileEffects: EffectsOf<keyof typeof fileCommands> = { ...reads, ...writes };
export const processEffects = programs;
export const clipboardEffects = clipboard;
