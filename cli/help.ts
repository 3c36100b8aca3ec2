// The help: of all commands, and of one.
import type { Command, FlagSpec } from './command.ts';
import { COMMON_FLAGS, usage } from './parse.ts';

export function overview(commands: readonly Command[]): string {
  const rows = commands.map(
    (command) => [[command.name, ...command.takes].join(' '), command.about] as const,
  );
  return [
    'Runs Linux desktops in Docker and records what happens on them.',
    '',
    'usage: deskreel <command> [arguments]',
    '',
    ...columns(rows),
    '',
    'Each has --help, and --json for programs. A desktop is named by its id or its name.',
    'The server is found by DESKREEL_URL, else DESKREEL_HOST and DESKREEL_PORT; the token is DESKREEL_TOKEN,',
    'else the one in the data folder, DESKREEL_DATA (~/.deskreel).',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const flags: Record<string, FlagSpec> = { ...command.flags, ...COMMON_FLAGS };
  const rows = Object.entries(flags).map(([name, flag]) => {
    const value = flag.value === undefined ? '' : ` ${flag.value}`;
    return [`--${name}${value}`, flag.about] as const;
  });
  const notes = command.notes ? ['', ...command.notes] : [];
  return [usage(command), '', command.about, '', ...columns(rows), ...notes].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`);
}
