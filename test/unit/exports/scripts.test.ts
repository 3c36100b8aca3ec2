// Scripts made of a trace: every command that changes the desktop is in them, or a comment says why not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { exported } from '../../support/exports.ts';
import { ROOT, typeErrors } from '../../support/typed.ts';
import { bench } from '../recorder/setup.ts';
import { run, type CommandOptions } from '../recorder/synthetic-guest.ts';

const execute = promisify(execFile);

const ELEMENT = {
  id: 'e12',
  role: 'button',
  title: 'Save "it"',
  bounds: { x: 10, y: 20, width: 31, height: 10 },
  states: ['enabled'],
  actions: ['click'],
};
const NAMELESS = { ...ELEMENT, title: '', role: 'text' };

/** The lines between the brackets of `try`, without pauses, or those behind the Python script's functions. */
async function scriptOf(format: 'sdk' | 'pyautogui', commands: readonly CommandOptions[]): Promise<string[]> {
  await using it = await bench();
  const id = await it.start({});
  for (const command of commands) run(it.recorder, it.guest, command);
  await it.recorder.stop();
  const path = (await it.store.archive(id)).path;
  const script = (await exported(path, format)).toString();
  await assertSound(format, script);
  const [, body = ''] =
    format === 'sdk'
      ? (/interface: screen \} = computer;\n(.*?)\} finally/s.exec(script) ?? [])
      : (/start_new_session=True\)\n\n\n(.*)/s.exec(script) ?? []);
  return body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(await pause|time\.sleep)\(/.test(line));
}

/** Typed against the SDK, or parsed by Python. */
async function assertSound(format: 'sdk' | 'pyautogui', script: string): Promise<void> {
  if (format === 'pyautogui') {
    await execute('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', script]);
    return;
  }
  const sdk = `from ${JSON.stringify(join(ROOT, 'sdk/index.ts'))}`;
  assert.equal(await typeErrors(script.replace("from 'deskreel'", sdk)), '');
}

const COMMANDS: readonly CommandOptions[] = [
  { command: 'launch', params: { app: 'mousepad', args: ['a b'] }, result: { pid: 7 } },
  {
    command: 'wait_for',
    params: { window: 'Mousepad', timeout: 10 },
    result: { window_id: 41, waited_ms: 5 },
  },
  { command: 'activate_window', params: { window_id: 41 } },
  { command: 'get_application_windows', params: { app: 'term' }, result: { windows: [42, 43] } },
  { command: 'set_window_size', params: { window_id: 43, width: 300, height: 200 } },
  { command: 'close_window', params: { window_id: 99 }, result: { closed: true } },
  { command: 'find_element', params: { role: 'button' }, result: { element: ELEMENT, elements: [ELEMENT] } },
  { command: 'invoke_element', params: { id: 'e12' }, result: { element: ELEMENT, action: 'click' } },
  {
    command: 'focus_element',
    params: { role: 'text', title: 'Name', exact: false },
    result: { element: NAMELESS },
  },
  {
    command: 'set_element_value',
    params: { id: 'e12', value: 'Ada', secret: false },
    result: { element: NAMELESS },
  },
  {
    command: 'set_element_value',
    params: { id: 'e12', value: 'hidden one', secret: true },
    result: { element: NAMELESS },
  },
  { command: 'hold_key', params: { key: 'shift', duration: 0.2 } },
  { command: 'wait', params: { duration: 1 } },
  {
    command: 'run_command',
    params: { command: 'ls', cwd: '~/x', env: { A: '1' } },
    result: { stdout: '', stderr: '', return_code: 0 },
  },
  { command: 'write_text', params: { path: '~/a.txt', content: 'line\n"two"' } },
  { command: 'write_bytes', params: { path: '~/a.bin', content_b64: 'AAEC', append: true } },
  { command: 'delete_file', params: { path: '~/a.txt' } },
  {
    command: 'pty_create',
    params: { cols: 80, rows: 24, envs: { B: '2' } },
    result: { pid: 5, cols: 80, rows: 24 },
  },
  { command: 'pty_send', params: { pid: 5, text: 'ls\n', secret: false } },
  { command: 'pty_kill', params: { pid: 6 }, result: { killed: true } },
  {
    command: 'playwright_exec',
    params: { command: 'visit_url', url: 'about:blank' },
    result: { url: 'about:blank' },
  },
  { command: 'set_wallpaper', params: { path: '/tmp/w.png' } },
  { command: 'set_clipboard', params: { text: 'never' } },
  { command: 'open', params: { target: 'gone' }, error: { code: 'command_failed', message: 'no such file' } },
];

describe('the script for the SDK', () => {
  it('does what was done, in windows, terminals and elements that it finds by what the recording knew of them', async () => {
    assert.deepEqual(await scriptOf('sdk', COMMANDS), [
      'await screen.launch("mousepad", ["a b"]);',
      'const { windowId: window1 = 0 } = await screen.waitFor({"window":"Mousepad"}, {"timeout":10});',
      'await screen.activateWindow(window1);',
      'const [window2 = 0, window3 = 0] = await screen.getApplicationWindows("term");',
      'await screen.setWindowSize(window3, 300, 200);',
      '// Left out: nothing in the recording says which window 99 was (closeWindow).',
      'await screen.invokeElement({"role":"button","title":"Save \\"it\\"","exact":true});',
      'await screen.focusElement({"role":"text","title":"Name","exact":false});',
      'await screen.setElementValue({"role":"text"}, "Ada");',
      'await screen.setElementValue({"role":"text"}, secret("SECRET_1"), {"secret":true});',
      'await screen.holdKey("shift", 0.2);',
      'await screen.wait(1);',
      'await screen.runCommand("ls", {"cwd":"~/x","env":{"A":"1"}});',
      'await screen.writeText("~/a.txt", "line\\n\\"two\\"");',
      'await screen.writeBytes("~/a.bin", Buffer.from("AAEC", \'base64\'), {"append":true});',
      'await screen.deleteFile("~/a.txt");',
      'const terminal1 = await screen.ptyCreate({"cols":80,"rows":24,"env":{"B":"2"}});',
      'await screen.ptySend(terminal1.pid, "ls\\n");',
      '// Left out: terminal 6 was opened before the recording.',
      'await screen.playwrightExec("visit_url", {"url":"about:blank"});',
      'await screen.setWallpaper("/tmp/w.png");',
      '// The clipboard was set here; its text was not recorded.',
      '// Failed when it was recorded: open {"target":"gone"}',
    ]);
  });
});

describe('the script for pyautogui', () => {
  it('does what pyautogui and Python can do, and says of the rest that it is left out', async () => {
    const lines = await scriptOf('pyautogui', COMMANDS);
    const left = lines.filter((line) => line.startsWith('# pyautogui cannot do it'));
    assert.deepEqual(
      left.map((line) => /: (\w+) /.exec(line)?.[1]),
      [
        'activate_window',
        'set_window_size',
        'close_window',
        'set_element_value',
        'write_bytes',
        'pty_create',
        'pty_send',
        'pty_kill',
        'playwright_exec',
        'set_wallpaper',
        'set_clipboard',
      ],
    );
    assert.deepEqual(
      lines.filter((line) => !left.includes(line)),
      [
        'start("mousepad", "a b")',
        'pyautogui.click(26, 25)  # button "Save \\"it\\""',
        'pyautogui.click(26, 25)  # text ""',
        'pyautogui.click(26, 25)  # text ""',
        'pyautogui.hotkey("ctrl", "a")',
        'type_text("Ada")',
        'pyautogui.keyDown("shift")',
        'pyautogui.sleep(0.2)',
        'pyautogui.keyUp("shift")',
        'pyautogui.sleep(1)',
        'subprocess.run("ls", shell=True, check=False, cwd=os.path.expanduser("~/x"), env={**os.environ, **{"A":"1"}})',
        'Path(os.path.expanduser("~/a.txt")).write_text("line\\n\\"two\\"", encoding="utf-8")',
        'Path(os.path.expanduser("~/a.txt")).unlink()',
        '# Failed when it was recorded: open {"target":"gone"}',
      ],
    );
  });
});
