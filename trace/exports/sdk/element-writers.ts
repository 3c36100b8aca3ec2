// Elements, as lines of a script: an id of the recorded desktop's tree says nothing on another, role and title do.
import { isRecord } from '../../../protocol/record.ts';
import type { Fields } from '../script.ts';
import { isGiven, js, type Told } from './told.ts';
import { call, looks, type Writer } from './writer.ts';

/** Of a query; ids of elements and processes are another desktop's. */
const SAID = ['role', 'title', 'name', 'value', 'state', 'exact'] as const;

const onElement =
  (method: string, rest: (told: Told) => readonly (string | undefined)[] = () => []): Writer =>
  (told) => {
    const query = queryOf(told.args, told.result['element']);
    if (query === undefined) return `// Left out: which element it was is not in the recording (${method}).`;
    return call(method, js(query), ...rest(told));
  };

export const elementWriters = {
  get_accessibility_tree: looks,
  find_element: looks,
  invoke_element: onElement('invokeElement', (told) => [told.options('action')]),
  focus_element: onElement('focusElement'),
  set_element_value: (told) => {
    // Here `value` is what the element gets.
    const query = queryOf({ ...told.args, value: undefined }, told.result['element']);
    if (query === undefined) return '// Left out: which element got a value is not in the recording.';
    const options = told.isMasked('value') ? js({ secret: true }) : undefined;
    return call('setElementValue', js(query), told.arg('value'), options);
  },
  wait_for: waitLine,
} satisfies Record<string, Writer>;

/** As it was asked for; by an id alone, as what it turned out to be. */
function queryOf(args: Fields, found: unknown): Fields | undefined {
  const asked: Fields = Object.fromEntries(
    SAID.filter((name) => isGiven(args[name])).map((name): [string, unknown] => [name, args[name]]),
  );
  if (['role', 'title', 'name', 'value', 'state'].some((name) => name in asked)) return asked;
  if (!isRecord(found) || !isGiven(found['role'])) return undefined;
  const { role, title } = found;
  return title === '' || !isGiven(title) ? { role } : { role, title, exact: true };
}

function waitLine(told: Told): string | undefined {
  const { element, window, text, settled, timeout } = told.args;
  const query = isRecord(element) ? queryOf(element, told.result['element']) : element;
  const target: Fields = { element: query, window, text, settled };
  if (Object.values(target).every((value) => !isGiven(value))) return undefined;
  const line = call('waitFor', js(target), isGiven(timeout) ? js({ timeout }) : undefined);
  if (!isGiven(told.result['window_id'])) return line;
  const name = told.names.fresh('window');
  told.names.learn('window', told.result['window_id'], name);
  return `const { windowId: ${name} = 0 } = ${line}`;
}
