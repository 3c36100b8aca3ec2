// From a command line to an exit status: 0 done, 1 failed, 2 wrongly used.
import { Deskreel, DeskreelError } from '../sdk/index.ts';
import { UsageError, type Command } from './command.ts';
import { helpOf, overview } from './help.ts';
import { createOutput } from './output.ts';
import { parseCommandLine, type Parsed } from './parse.ts';

export interface Terminal {
  readonly out: (data: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
}

export async function runProgram(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    const parsed = parseCommandLine(commands, argv);
    if (!parsed) {
      terminal.out(`${overview(commands)}\n`);
      return argv.length === 0 ? 2 : 0;
    }
    if (parsed.help) {
      terminal.out(`${helpOf(parsed.command)}\n`);
      return 0;
    }
    return (await runCommand(parsed, terminal)) ? 0 : 1;
  } catch (error) {
    terminal.err(`deskreel: ${oneLine(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runCommand({ command, words, flags, json }: Parsed, terminal: Terminal): Promise<boolean> {
  const { signal } = terminal;
  let opened: Deskreel | undefined;
  const server = async (): Promise<Deskreel> => (opened ??= await Deskreel.open({ start: false, signal }));
  try {
    const context = { out: createOutput(json, terminal.out), server, signal };
    return (await command.run({ words, flags }, context)) !== false;
  } finally {
    await opened?.close();
  }
}

function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replaceAll(/\s*\n\s*/g, ' ');
  return error instanceof DeskreelError || error instanceof UsageError ? text : `${error.name}: ${text}`;
}
