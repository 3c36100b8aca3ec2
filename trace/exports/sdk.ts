// `sdk`: a TypeScript script that does it again with Deskreel's SDK, on a desktop of its own.
import type { TraceSource } from '../source/source.ts';
import { readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { oneLine, Pauses, SecretNames } from './script.ts';

export const sdk: Exporter = {
  format: 'sdk',
  about: "a TypeScript script that does it again with Deskreel's SDK",
  extension: 'ts',
  // eslint-disable-next-line @typescript-eslint/require-await -- an exporter's files come one after the other
  async *files(trace) {
    yield { name: 'script.ts', content: script(trace) };
  },
};

type Given = Readonly<Record<string, unknown>>;
type Writer = (args: Given) => string;

const place = ({ x, y }: Given): string[] =>
  typeof x === 'number' && typeof y === 'number' ? [js(x), js(y)] : [];

/** A call of the SDK's interface for each command that changes the desktop; what only looks is left out. */
const WRITERS: Readonly<Record<string, Writer>> = {
  left_click: (args) => {
    const options =
      args['button'] === undefined || args['button'] === 'left' ? [] : [js({ button: args['button'] })];
    const at = place(args);
    return call(
      'leftClick',
      ...(at.length > 0 || options.length === 0 ? at : ['undefined', 'undefined']),
      ...options,
    );
  },
  right_click: (args) => call('rightClick', ...place(args)),
  middle_click: (args) => call('middleClick', ...place(args)),
  double_click: (args) => call('doubleClick', ...place(args)),
  triple_click: (args) => call('tripleClick', ...place(args)),
  mouse_down: (args) => call('mouseDown', js(args['x']), js(args['y']), js(args['button'] ?? 'left')),
  mouse_up: (args) => call('mouseUp', js(args['x']), js(args['y']), js(args['button'] ?? 'left')),
  move_cursor: (args) => call('moveCursor', ...place(args)),
  drag_to: ({ x, y, ...options }) => call('dragTo', js(x), js(y), js(options)),
  drag: ({ path, ...options }) => call('drag', js(path), js(options)),
  scroll: ({ x, y, scroll_x: scrollX, scroll_y: scrollY }) =>
    scrollX === undefined && scrollY === undefined
      ? call('scroll', js(x ?? 0), js(y ?? 0))
      : call('scroll', js(x ?? 0), js(y ?? 0), js({ scrollX, scrollY })),
  scroll_down: ({ clicks }) => call('scrollDown', js(clicks)),
  scroll_up: ({ clicks }) => call('scrollUp', js(clicks)),
  scroll_direction: ({ direction, clicks }) => call('scrollDirection', js(direction), js(clicks)),
  press_key: ({ key }) => call('pressKey', js(key)),
  key_down: ({ key }) => call('keyDown', js(key)),
  key_up: ({ key }) => call('keyUp', js(key)),
  hotkey: ({ keys }) => call('hotkey', js(keys)),
  launch: ({ app, args }) => call('launch', js(app), ...(args === undefined ? [] : [js(args)])),
  open: ({ target }) => call('open', js(target)),
  set_clipboard: () => '// The clipboard was set here; its text was not recorded.',
  run_command: ({ command }) => call('runCommand', js(command)),
  write_text: ({ path, content }) => call('writeText', js(path), js(content)),
  create_dir: ({ path }) => call('createDir', js(path)),
  delete_file: ({ path }) => call('deleteFile', js(path)),
  delete_dir: ({ path }) => call('deleteDir', js(path)),
};

async function* script(trace: TraceSource): AsyncGenerator<string> {
  yield head(trace);
  const pauses = new Pauses();
  const secrets = new SecretNames();
  for await (const step of readSteps(trace.entries())) {
    const line = lineOf(step, secrets);
    if (line === undefined) continue;
    const seconds = pauses.before(step);
    if (seconds > 0) yield `  await pause(${Math.round(seconds * 1000)});\n`;
    yield `  ${line}\n`;
  }
  yield TAIL;
}

function head({ overview }: TraceSource): string {
  const { image, resolution } = overview.desktop;
  const options = { osType: 'linux', providerType: 'docker', image, resolution };
  const label = overview.name === null ? '' : ` (${overview.name})`;
  return `// Made from ${overview.trace_id}${label}. DESKREEL_DESKTOP names a desktop to do it on; else one is made for it.
import { setTimeout as pause } from 'node:timers/promises';
import { Computer } from 'deskreel';

const desktop = process.env.DESKREEL_DESKTOP;
const computer = new Computer(desktop ? { desktop } : ${js(options)});
await computer.run();
try {
  const { interface: screen } = computer;
`;
}

const TAIL = `} finally {
  await computer.stop();
}

function secret(name: string): string {
  const text = process.env[name];
  if (text === undefined) throw new Error(\`\${name} is not set: the text was not recorded\`);
  return text;
}
`;

function lineOf({ call: row, reply }: Step, secrets: SecretNames): string | undefined {
  const { method, args } = row.data;
  const given = (args ?? {}) as Given;
  if (method !== 'type_text' && !Object.hasOwn(WRITERS, method)) return undefined;
  if (reply?.data.success !== true) return `// Failed when it was recorded: ${method} ${oneLine(js(given))}`;
  if (row.data.shortened) return `// Left out, since it was recorded shortened: ${method}`;
  if (method === 'type_text') return typeLine(given, secrets);
  return WRITERS[method]?.(given);
}

function typeLine({ text }: Given, secrets: SecretNames): string {
  if (typeof text === 'string') return call('typeText', js(text));
  return call('typeText', `secret(${js(secrets.next())})`, js({ secret: true }));
}

function call(name: string, ...args: readonly string[]): string {
  return `await screen.${name}(${args.join(', ')});`;
}

function js(value: unknown): string {
  return value === undefined || value === null ? 'undefined' : JSON.stringify(value);
}
