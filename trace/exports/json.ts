// JSON that is written piece by piece.

/** One value a line. */
export async function* jsonLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** `open`, the values as the items of a list, `close`. */
export async function* jsonList(
  open: string,
  values: AsyncIterable<unknown>,
  close: string,
): AsyncGenerator<string> {
  yield open;
  let separator = '\n';
  for await (const value of values) {
    yield `${separator}${JSON.stringify(value)}`;
    separator = ',\n';
  }
  yield `\n${close}`;
}

/** An object's fields and, as its last, a list that is written item by item. */
export function jsonObject(
  fields: Readonly<Record<string, unknown>>,
  list: string,
  values: AsyncIterable<unknown>,
  after = '',
): AsyncGenerator<string> {
  const head = JSON.stringify(fields).slice(0, -1);
  return jsonList(`${head}${head === '{' ? '' : ','}${JSON.stringify(list)}:[`, values, `]${after}}\n`);
}

/** The same as `JSON.stringify` with an indent of two spaces makes it. */
export function* indentedObject(
  fields: Readonly<Record<string, unknown>>,
  list: string,
  values: Iterable<unknown>,
): Generator<string> {
  const head = JSON.stringify({ ...fields, [list]: [] }, undefined, 2);
  yield head.slice(0, -']\n}'.length);
  let separator = '\n';
  for (const value of values) {
    yield `${separator}    ${JSON.stringify(value, undefined, 2).replaceAll('\n', '\n    ')}`;
    separator = ',\n';
  }
  yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n';
}
