// The command table, walked: whatever is in it can be reached by every way in, and its effect is looked at.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHandlers, type CommandParts } from '../../../guest/commands.ts';
import {
  ALIASES,
  COMMAND_NAMES,
  commandSpec,
  resolveCommand,
  type CommandName,
} from '../../../protocol/commands/table.ts';
import { createInterface } from '../../../sdk/interface/computer-interface.ts';
import { camelCase } from '../../../sdk/names.ts';
import { commandTools } from '../../../server/mcp/command-tools.ts';
import { openApiDocument } from '../../../server/openapi/document.ts';
import { EFFECTS } from '../../e2e/commands/effects-table.ts';

/** Handlers of everything but pointer and keyboard, which an X server has to be there for. */
const handlers = createHandlers({
  config: { childEnv: {}, home: '/home/cua' },
  input: {},
  screen: {},
  accessibility: {},
} as unknown as CommandParts);
const methods = createInterface(() => {
  throw new Error('nothing is called here');
});
const tools = new Set(commandTools.map(({ definition }) => definition.name));
const { paths } = openApiDocument('1.2.3') as { paths: object };

/** What Cua's server has, what its clients ask for beside, and what is ours by contract. */
const ASKED_FOR = [
  'version mouse_down mouse_up left_click right_click double_click move_cursor drag_to drag key_down key_up press_key',
  'hotkey type_text scroll scroll_down scroll_up scroll_direction screenshot get_screen_size get_cursor_position',
  'copy_to_clipboard set_clipboard run_command file_exists directory_exists list_dir read_text write_text read_bytes',
  'write_bytes get_file_size delete_file create_dir delete_dir get_desktop_environment set_wallpaper open launch',
  'get_current_window_id get_application_windows get_window_name get_window_size get_window_position set_window_size',
  'set_window_position maximize_window minimize_window activate_window close_window get_accessibility_tree find_element',
  'diorama_cmd middle_click triple_click hold_key wait zoom get_active_window_title get_active_window_bounds',
  'to_screen_coordinates to_screenshot_coordinates invoke_element focus_element set_element_value wait_for',
].join(' ').split(' '); // prettier-ignore

/** What clients send for "nothing" or beyond what there is, and what is made of it. */
const LENIENT: readonly (readonly [CommandName, object, object])[] = [
  ['left_click', { x: null, y: null }, { button: 'left' }],
  ['run_command', { command: 'ls', timeout: null, cwd: null, env: null }, { command: 'ls' }],
  ['launch', { app: 'mousepad', args: null }, { app: 'mousepad' }],
  ['read_bytes', { path: '/a', offset: 0, length: null }, { offset: 0 }],
  ['pty_create', { command: null, cwd: null, envs: null }, { cols: 80, rows: 24 }],
  ['screenshot', { format: 'jpg', quality: 100 }, { quality: 95 }],
  ['screenshot', { quality: 0 }, { quality: 1 }],
  ['get_screen_size', { unknown: 1 }, {}],
];

describe('the command table', () => {
  it('has everything that clients ask for', () => {
    const missing = ASKED_FOR.filter((name) => resolveCommand(name) !== name);
    assert.deepEqual(missing, []);
  });

  for (const [name, given, made] of LENIENT) {
    it(`takes ${name} ${JSON.stringify(given)}`, () => {
      const params = commandSpec(name).params.parse(given) as object;
      assert.deepEqual({ ...params, ...made }, params);
      assert.ok(!('unknown' in params));
    });
  }

  for (const name of COMMAND_NAMES) {
    it(`${name} can be reached by every way in`, () => {
      const { input, title } = commandSpec(name);
      assert.notEqual(title, '');
      assert.ok(input || name in handlers, 'a handler in the guest');
      assert.ok(camelCase(name) in methods, 'a method in the SDK');
      assert.ok(tools.has(`computer_${name}`), 'a tool for models');
      assert.ok(`/v1/desktops/{id}/commands/${name}` in paths, 'a path of REST, in the OpenAPI document');
      assert.ok(name in EFFECTS, 'a test that looks at its effect');
    });
  }

  it("knows all short names of Cua's clients", () => {
    const short = [
      'type',
      'key',
      'tap',
      'click',
      'shell',
      'exec',
      'read_file',
      'write_file',
      'ls',
      'mkdir',
      'rm',
      'rmdir',
    ];
    for (const name of short) assert.ok(resolveCommand(name), name);
    assert.deepEqual(Object.keys(ALIASES).sort(), short.sort());
  });
});
