// Lines of Python for commands that are neither pointer nor keyboard: programs, files, elements.
import { pythonString } from '../../protocol/vocabulary/pyautogui.ts';
import { fieldsOf, type Fields } from './script.ts';

type Writer = (args: Fields, result: Fields) => string[] | undefined;

const WRITERS: Readonly<Record<string, Writer>> = {
  launch: ({ app, args }) => {
    const words = [...String(app).split(' '), ...(Array.isArray(args) ? args.map(String) : [])];
    return [`start(${words.map(pythonString).join(', ')})`];
  },
  open: ({ target }) => [`start("xdg-open", ${text(target)})`],
  run_command: ({ command, cwd, env }) => {
    const place = cwd === undefined ? '' : `, cwd=os.path.expanduser(${text(cwd)})`;
    // Texts only: JSON is Python too.
    const variables = env === undefined ? '' : `, env={**os.environ, **${JSON.stringify(env)}}`;
    return [`subprocess.run(${text(command)}, shell=True, check=False${place}${variables})`];
  },
  write_text: ({ path, content }) => [`${file(path)}.write_text(${text(content)}, encoding="utf-8")`],
  create_dir: ({ path }) => [`${file(path)}.mkdir(parents=True, exist_ok=True)`],
  delete_file: ({ path }) => [`${file(path)}.unlink()`],
  delete_dir: ({ path }) => [`${file(path)}.rmdir()`],
  invoke_element: (_, { element }) => clickOn(element),
  focus_element: (_, { element }) => clickOn(element),
  set_element_value: ({ value }, { element }) => {
    const click = typeof value === 'string' ? clickOn(element) : undefined;
    return click && [...click, 'pyautogui.hotkey("ctrl", "a")', `type_text(${text(value)})`];
  },
};

/** Undefined for what pyautogui has no way to do. */
export function otherLines(method: string, args: Fields, result: Fields): string[] | undefined {
  return Object.hasOwn(WRITERS, method) ? WRITERS[method]?.(args, result) : undefined;
}

/** Where the element was when it was recorded: pyautogui knows no elements. */
function clickOn(element: unknown): string[] | undefined {
  const { role, title, bounds } = fieldsOf(element);
  const { x, y, width, height } = fieldsOf(bounds);
  const sides = [x, y, width, height].map(Number);
  if (!sides.every(Number.isFinite)) return undefined;
  const [left = 0, top = 0, wide = 0, high = 0] = sides;
  const centre = `${Math.round(left + wide / 2)}, ${Math.round(top + high / 2)}`;
  return [`pyautogui.click(${centre})  # ${String(role)} ${JSON.stringify(title ?? '')}`];
}

function file(path: unknown): string {
  return `Path(os.path.expanduser(${text(path)}))`;
}

function text(value: unknown): string {
  return pythonString(String(value));
}
