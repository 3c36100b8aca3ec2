// Windows, as lines of a script: the id of one is what the script is told when it asks as the recording did.
import { js, type Told } from './told.ts';
import { call, looks, type Writer } from './writer.ts';

const inWindow =
  (method: string, ...names: readonly string[]): Writer =>
  (told) => {
    const id = told.args['window_id'];
    const window = told.names.of('window', id);
    if (window === undefined)
      return `// Left out: nothing in the recording says which window ${js(id)} was (${method}).`;
    return call(method, window, ...names.map((name) => told.arg(name)));
  };

export const windowWriters = {
  get_current_window_id: (told) => asked(told, call('getCurrentWindowId')),
  get_application_windows: askedByName,
  get_active_window_title: looks,
  get_active_window_bounds: looks,
  get_window_name: looks,
  get_window_size: looks,
  get_window_position: looks,
  set_window_size: inWindow('setWindowSize', 'width', 'height'),
  set_window_position: inWindow('setWindowPosition', 'x', 'y'),
  maximize_window: inWindow('maximizeWindow'),
  minimize_window: inWindow('minimizeWindow'),
  activate_window: inWindow('activateWindow'),
  close_window: inWindow('closeWindow'),
} satisfies Record<string, Writer>;

function asked(told: Told, line: string): string {
  const name = told.names.fresh('window');
  told.names.learn('window', told.result['window_id'], name);
  return `const ${name} = ${line}`;
}

function askedByName(told: Told): string | undefined {
  const { windows } = told.result;
  if (!Array.isArray(windows) || windows.length === 0) return undefined;
  const names = windows.map((id: unknown) => {
    const name = told.names.fresh('window');
    told.names.learn('window', id, name);
    return name;
  });
  return `const [${names.map((name) => `${name} = 0`).join(', ')}] = ${call('getApplicationWindows', told.arg('app'))}`;
}
