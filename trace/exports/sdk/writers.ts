// Each command of the table as a line of a script for the SDK. What only looks is no line, but for what later lines need of it.
import type { CommandName } from '../../../protocol/commands/table.ts';
import { elementWriters } from './element-writers.ts';
import { inputWriters } from './input-writers.ts';
import { call, looks, type Writer } from './writer.ts';
import { js, type Told } from './told.ts';
import { windowWriters } from './window-writers.ts';

/** A command that is added to the table does not compile without one. */
export const WRITERS: { readonly [N in CommandName]: Writer } = {
  ...inputWriters,
  ...windowWriters,
  ...elementWriters,

  screenshot: looks,
  zoom: looks,
  to_screen_coordinates: looks,
  to_screenshot_coordinates: looks,
  get_screen_size: looks,
  get_cursor_position: looks,

  copy_to_clipboard: looks,
  set_clipboard: () => '// The clipboard was set here; its text was not recorded.',

  run_command: (told) => call('runCommand', told.arg('command'), told.options('timeout', 'cwd', 'env')),
  launch: (told) => call('launch', told.arg('app'), ...(told.args['args'] ? [told.arg('args')] : [])),
  open: (told) => call('open', told.arg('target')),

  file_exists: looks,
  directory_exists: looks,
  list_dir: looks,
  read_text: looks,
  read_bytes: looks,
  get_file_size: looks,
  write_text: (told) => call('writeText', told.arg('path'), told.arg('content')),
  write_bytes: (told) => {
    const bytes = `Buffer.from(${told.arg('content_b64')}, 'base64')`;
    return call(
      'writeBytes',
      told.arg('path'),
      bytes,
      told.args['append'] ? js({ append: true }) : undefined,
    );
  },
  create_dir: (told) => call('createDir', told.arg('path')),
  delete_file: (told) => call('deleteFile', told.arg('path')),
  delete_dir: (told) => call('deleteDir', told.arg('path')),

  pty_create: openTerminal,
  pty_info: looks,
  pty_read: looks,
  pty_send: (told) => inTerminal(told, 'ptySend', typed(told), secretly(told, 'text', 'data')),
  pty_resize: (told) => inTerminal(told, 'ptyResize', told.arg('cols'), told.arg('rows')),
  pty_kill: (told) => inTerminal(told, 'ptyKill'),

  playwright_exec: inBrowser,

  version: looks,
  get_desktop_environment: looks,
  set_wallpaper: (told) => call('setWallpaper', told.arg('path')),
  wait: (told) => call('wait', told.arg('duration')),
  diorama_cmd: looks,
};

function openTerminal(told: Told): string {
  const name = told.names.fresh('terminal');
  told.names.learn('terminal', told.result['pid'], `${name}.pid`);
  const options = told.options('command', 'cols', 'rows', 'cwd', ['envs', 'env']);
  return `const ${name} = ${call('ptyCreate', options)}`;
}

function inTerminal(told: Told, method: string, ...args: readonly (string | undefined)[]): string {
  const terminal = told.names.of('terminal', told.args['pid']);
  if (terminal === undefined)
    return `// Left out: terminal ${js(told.args['pid'])} was opened before the recording.`;
  return call(method, terminal, ...args);
}

/** `data` is base64 where it can be, as the command takes it. */
function typed(told: Told): string {
  if (told.isMasked('data') || !('data' in told.args)) return told.arg('text');
  return `Buffer.from(${told.arg('data')}, 'base64')`;
}

function secretly(told: Told, ...names: readonly string[]): string | undefined {
  return names.some((name) => told.isMasked(name)) ? js({ secret: true }) : undefined;
}

function inBrowser(told: Told): string | undefined {
  const command = told.args['command'];
  if (command === 'screenshot' || command === 'get_current_url') return undefined;
  const names = ['url', 'x', 'y', 'text', 'secret', 'delta_x', 'delta_y', 'query'];
  return call('playwrightExec', js(command), told.options(...names));
}
