// Lines of pyautogui back to commands: the calls that agents write, with numbers and texts as their arguments.
// What is none of them stands as a command `pyautogui` with its code.

export interface ImportedCommand {
  readonly method: string;
  readonly args: Record<string, unknown>;
}

interface Given {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly named: Readonly<Record<string, number | string>>;
}

const at = ({ numbers, named }: Given): { x?: number; y?: number } => {
  const [x, y] = [named['x'] ?? numbers[0], named['y'] ?? numbers[1]];
  return typeof x === 'number' && typeof y === 'number' ? { x: Math.round(x), y: Math.round(y) } : {};
};
const amountAndPlace = (
  { numbers, named }: Given,
  axis: 'scroll_x' | 'scroll_y',
): Record<string, unknown> => {
  const amount = named['clicks'] ?? numbers[0] ?? 0;
  const place = at({ numbers: numbers.slice(1), texts: [], named });
  const other = axis === 'scroll_x' ? 'scroll_y' : 'scroll_x';
  return 'x' in place
    ? { ...place, [axis]: amount, [other]: 0 }
    : axis === 'scroll_y'
      ? { x: 0, y: amount }
      : { x: amount, y: 0 };
};

const CALLS: Readonly<Record<string, (given: Given) => ImportedCommand>> = {
  click: (given) => ({
    method: 'left_click',
    args: { ...at(given), button: given.named['button'] ?? 'left' },
  }),
  leftClick: (given) => ({ method: 'left_click', args: { ...at(given), button: 'left' } }),
  rightClick: (given) => ({ method: 'right_click', args: at(given) }),
  middleClick: (given) => ({ method: 'middle_click', args: at(given) }),
  doubleClick: (given) => ({ method: 'double_click', args: at(given) }),
  tripleClick: (given) => ({ method: 'triple_click', args: at(given) }),
  moveTo: (given) => ({ method: 'move_cursor', args: at(given) }),
  dragTo: (given) => ({
    method: 'drag_to',
    args: { ...at(given), button: given.named['button'] ?? 'left', duration: given.named['duration'] ?? 0.5 },
  }),
  mouseDown: (given) => ({
    method: 'mouse_down',
    args: { ...at(given), button: given.named['button'] ?? 'left' },
  }),
  mouseUp: (given) => ({
    method: 'mouse_up',
    args: { ...at(given), button: given.named['button'] ?? 'left' },
  }),
  scroll: (given) => ({ method: 'scroll', args: amountAndPlace(given, 'scroll_y') }),
  vscroll: (given) => ({ method: 'scroll', args: amountAndPlace(given, 'scroll_y') }),
  hscroll: (given) => ({ method: 'scroll', args: amountAndPlace(given, 'scroll_x') }),
  write: ({ texts, named }) => ({ method: 'type_text', args: { text: texts[0] ?? named['message'] ?? '' } }),
  typewrite: ({ texts, named }) => ({
    method: 'type_text',
    args: { text: texts[0] ?? named['message'] ?? '' },
  }),
  press: ({ texts, named }) => ({ method: 'press_key', args: { key: texts[0] ?? named['keys'] ?? '' } }),
  keyDown: ({ texts }) => ({ method: 'key_down', args: { key: texts[0] ?? '' } }),
  keyUp: ({ texts }) => ({ method: 'key_up', args: { key: texts[0] ?? '' } }),
  hotkey: ({ texts }) => ({ method: 'hotkey', args: { keys: texts } }),
  screenshot: () => ({ method: 'screenshot', args: {} }),
};

/** The commands of one action; one at least. */
export function commandsOf(action: unknown): ImportedCommand[] {
  if (typeof action !== 'string') return [{ method: 'action', args: { action } }];
  const statements = action
    .split(/\n|;(?=\s*pyautogui\.)/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(#|import |from )/.test(line));
  const commands = statements.map(commandOf);
  return commands.length > 0 ? commands : [{ method: 'pyautogui', args: { code: action } }];
}

function commandOf(statement: string): ImportedCommand {
  const [, name = '', inside = ''] = /^pyautogui\.(\w+)\((.*)\)$/.exec(statement) ?? [];
  const given = Object.hasOwn(CALLS, name) ? readArguments(inside) : undefined;
  return (given && CALLS[name]?.(given)) ?? { method: 'pyautogui', args: { code: statement } };
}

/** One argument: a name before `=`, and a text in quotes or a number. */
const ARGUMENT = /^\s*(?:(\w+)\s*=\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?)\s*(?:,|$)/;

/** Undefined where it is not all numbers and texts. */
function readArguments(inside: string): Given | undefined {
  const given = {
    numbers: [] as number[],
    texts: [] as string[],
    named: {} as Record<string, number | string>,
  };
  // A list of keys is what hotkey takes without its brackets.
  let rest = inside.replace(/^\s*\[(.*)\]\s*$/, '$1');
  while (rest.trim() !== '') {
    const [whole = '', name, text = ''] = ARGUMENT.exec(rest) ?? [];
    const value = valueOf(text);
    if (value === undefined) return undefined;
    if (name !== undefined) given.named[name] = value;
    else if (typeof value === 'number') given.numbers.push(value);
    else given.texts.push(value);
    rest = rest.slice(whole.length);
  }
  return given;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function valueOf(text: string): number | string | undefined {
  if (text === '') return undefined;
  if (!/^["']/.test(text)) return Number(text);
  const unescaped = (_all: string, hex: string | undefined, one: string): string =>
    hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16));
  return text.slice(1, -1).replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, unescaped);
}
