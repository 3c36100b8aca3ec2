// What a command prints: for people, or with --json for programs.

export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with --json. */
  line(text: string): void;
  /** The command's result: as JSON with --json, else by `show`. */
  result(value: unknown, show: () => string): void;
  /** Bytes as they are. */
  raw(bytes: Uint8Array): void;
}

export function createOutput(json: boolean, write: (data: string | Uint8Array) => void): Output {
  return {
    json,
    line: (text) => {
      if (!json) write(`${text}\n`);
    },
    result: (value, show) => write(`${json ? JSON.stringify(value, undefined, 2) : show()}\n`),
    raw: write,
  };
}

/** Rows as columns; the first row is the head. Numbers stand at the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_name, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_name, column) => rows.every((row) => typeof row[column] === 'number'));
  return cells.map((row) => lineOf(row, widths, isNumber)).join('\n');
}

function lineOf(row: readonly string[], widths: readonly number[], right: readonly boolean[]): string {
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return right[column] ? text.padStart(width) : text.padEnd(width);
  };
  return row.map(cell).join('  ').trimEnd();
}

/** One line, cut to a length. */
export function short(text: string, length: number): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
}
