// Commands without a server: the agent carries them out itself, input one after the other, and answers with the picture in the result.
import { randomUUID } from 'node:crypto';
import { pictureResult, wantedPicture } from '../../protocol/commands/picture.ts';
import { checkedParams, deadlineOf, knownCommand } from '../../protocol/commands/request.ts';
import type { CommandName } from '../../protocol/commands/table.ts';
import type { CuaOutcome } from '../../protocol/cua-dialect.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import { runCall, type Execute, type Executed } from '../agent/run-call.ts';
import type { Sessions } from '../agent/sessions.ts';
import { pictureAs } from './picture-forms.ts';

/** All that comes is of one session: its clients open a connection for every command. */
const SESSION = 'cua';

export class LocalCommands {
  readonly #execute: Execute;
  readonly #sessions: Sessions;

  constructor(execute: Execute, sessions: Sessions) {
    this.#execute = execute;
    this.#sessions = sessions;
  }

  /** Always resolves: what went wrong is an outcome with `success: false`. */
  async run(name: string, given: unknown, cancelled: AbortSignal): Promise<CuaOutcome> {
    try {
      const command = knownCommand(name);
      const params = checkedParams(command, given);
      const work = (): Promise<Executed> => this.#runNow(command, params, cancelled);
      const executed = await this.#sessions.run(SESSION, command, work);
      return { success: true, result: await resultOf(command, params, executed), error: undefined };
    } catch (thrown) {
      const error = toDeskreelError(thrown, 'command_failed').toBody();
      return { success: false, result: undefined, error };
    }
  }

  #runNow(command: CommandName, params: unknown, cancelled: AbortSignal): Promise<Executed> {
    const limits = { id: randomUUID(), session: SESSION, timeoutMs: deadlineOf(command, params), cancelled };
    return runCall(command, limits, (call) => this.#execute(command, params, call));
  }
}

async function resultOf(command: CommandName, params: unknown, executed: Executed): Promise<unknown> {
  const { image, result } = executed;
  if (!image) return result;
  const wanted = wantedPicture(command, params);
  return pictureResult(await pictureAs(wanted, image.png), wanted, image.info);
}
