// Commands without a server: the agent carries them out itself, input one after the other, and answers with the picture in the result.
import { randomUUID } from 'node:crypto';
import { pictureResult, wantedPicture } from '../../protocol/commands/picture.ts';
import { checkedParams, deadlineOf, knownCommand } from '../../protocol/commands/request.ts';
import { COMMANDS, type CommandName } from '../../protocol/commands/table.ts';
import type { CuaOutcome } from '../../protocol/cua-dialect.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import { Lane } from '../../protocol/lane.ts';
import { runCall, type Execute, type Executed } from '../agent/run-call.ts';
import { pictureAs } from './picture-forms.ts';

export class LocalCommands {
  readonly #execute: Execute;
  readonly #lane = new Lane();

  constructor(execute: Execute) {
    this.#execute = execute;
  }

  /** Always resolves: what went wrong is an outcome with `success: false`. */
  async run(name: string, given: unknown, cancelled: AbortSignal): Promise<CuaOutcome> {
    try {
      const command = knownCommand(name);
      const params = checkedParams(command, given);
      const work = (): Promise<Executed> => this.#runNow(command, params, cancelled);
      const executed = await (COMMANDS[command].input ? this.#lane.enter(work) : work());
      return { success: true, result: await resultOf(command, params, executed), error: undefined };
    } catch (thrown) {
      const error = toDeskreelError(thrown, 'command_failed').toBody();
      return { success: false, result: undefined, error };
    }
  }

  #runNow(command: CommandName, params: unknown, cancelled: AbortSignal): Promise<Executed> {
    const limits = { id: randomUUID(), timeoutMs: deadlineOf(command, params), cancelled };
    return runCall(command, limits, (call) => this.#execute(command, params, call));
  }
}

async function resultOf(command: CommandName, params: unknown, executed: Executed): Promise<unknown> {
  const { image, result } = executed;
  if (!image) return result;
  const wanted = wantedPicture(command, params);
  return pictureResult(await pictureAs(wanted, image.png), wanted, image.info);
}
