// The words of a command line to a command and what it was given. What does not fit is a UsageError.
import { parseArgs } from 'node:util';
import { UsageError, type Command, type FlagSpec, type FlagValue, type Given } from './command.ts';

export const COMMON_FLAGS = {
  json: { type: 'boolean', about: 'print JSON' },
  help: { type: 'boolean', about: 'show this help' },
} as const;

export interface Parsed extends Given {
  readonly command: Command;
  readonly json: boolean;
  readonly help: boolean;
}

/** Undefined where only the overview of all commands can be shown: nothing was said, or help was asked for. */
export function parseCommandLine(commands: readonly Command[], argv: readonly string[]): Parsed | undefined {
  const [first] = argv;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') return undefined;
  const command = findCommand(commands, argv);
  const rest = argv.slice(command.name.split(' ').length);
  const { values, positionals } = readWords(command, rest);
  const { json, help, ...flags } = values;
  if (help !== true) checkCount(command, positionals);
  return { command, words: positionals, flags, json: json === true, help: help === true };
}

function findCommand(commands: readonly Command[], argv: readonly string[]): Command {
  const [first = '', second = ''] = argv;
  const found = commands.find(({ name }) => name === `${first} ${second}` || name === first);
  if (found) return found;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (family.length > 0) {
    throw new UsageError(`${first} what? ${family.map(({ name }) => name).join(', ')}`);
  }
  throw new UsageError(`there is no command ${first}; \`deskreel --help\` lists those that are`);
}

interface Words {
  readonly values: Record<string, FlagValue | undefined>;
  readonly positionals: readonly string[];
}

function readWords(command: Command, words: readonly string[]): Words {
  const flags: Record<string, FlagSpec> = { ...command.flags, ...COMMON_FLAGS };
  const options = Object.fromEntries(Object.entries(flags).map(([name, spec]) => [name, optionOf(spec)]));
  try {
    const read = parseArgs({
      args: [...words],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    return { values: { ...read.values }, positionals: read.positionals };
  } catch (error) {
    throw new UsageError(`${command.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function optionOf({ type }: FlagSpec): { type: 'string' | 'boolean'; multiple: boolean } {
  return { type: type === 'boolean' ? 'boolean' : 'string', multiple: type === 'strings' };
}

function checkCount(command: Command, words: readonly string[]): void {
  const needed = command.takes.filter((word) => !word.startsWith('['));
  const missing = needed[words.length];
  if (missing !== undefined)
    throw new UsageError(`${command.name}: ${missing} is missing; ${usage(command)}`);
  const surplus = words[command.takes.length];
  if (surplus !== undefined) throw new UsageError(`${command.name}: what is ${surplus}? ${usage(command)}`);
}

export function usage(command: Command): string {
  return `usage: deskreel ${[command.name, ...command.takes].join(' ')}`;
}
