// deskreel exec: any command of the table on a desktop.
import { parseJson } from '../../protocol/codec.ts';
import {
  COMMAND_NAMES,
  resolveCommand,
  similarCommands,
  type CommandName,
} from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../sdk/index.ts';
import { command, UsageError } from '../command.ts';

export const exec = command({
  name: 'exec',
  takes: ['<desktop>', '<command>', '[json]'],
  about: 'Run a command on a desktop and print its result as JSON',
  notes: [
    `Commands: ${COMMAND_NAMES.join(', ')}.`,
    'Example: deskreel exec demo left_click \'{"x": 100, "y": 200}\'',
  ],
  run: async ({ words: [wanted = '', name = '', json = '{}'] }, { out, server, signal }) => {
    const commandName = known(name);
    const params = paramsOf(json);
    const deskreel = await server();
    const { id } = await deskreel.getDesktop(wanted);
    const session = deskreel.session(id);
    try {
      const result = (await session.call(commandName, params, { signal })) ?? {};
      out.result(result, () => JSON.stringify(result, undefined, 2));
    } finally {
      session.close();
    }
    return true;
  },
});

function known(name: string): CommandName {
  const found = resolveCommand(name);
  if (found) return found;
  const near = similarCommands(name);
  const hint = near.length > 0 ? `Did you mean: ${near.join(', ')}?` : '`deskreel exec --help` lists them.';
  throw new DeskreelError('unknown_command', `Unknown command: ${name}. ${hint}`);
}

function paramsOf(json: string): object {
  try {
    const params = parseJson(json);
    if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  } catch (error) {
    throw new UsageError(`exec: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new UsageError('exec: parameters are a JSON object, such as \'{"x": 100, "y": 200}\'');
}
