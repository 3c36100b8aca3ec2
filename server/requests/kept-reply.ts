// What the ledger keeps of a reply: all of it where the recorder may keep all of it, else only whether it was a success.
import { z } from 'zod';
import { commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError, ERROR_CODES, type ErrorBody } from '../../protocol/errors.ts';
import type { CommandOutcome } from '../commands/observer.ts';
import type { Hider } from '../recorder/hiding.ts';
import { ownHiders, recordedError, recordedResult, saysSecret } from '../recorder/withholding.ts';

const KeptError = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.unknown().optional(),
});

export const KeptReply = z.object({
  success: z.boolean(),
  result: z.unknown().optional(),
  error: KeptError.optional(),
  /** The code of an error whose text is not kept. */
  code: z.enum(ERROR_CODES).optional(),
  /** There was more, which is not kept. */
  withheld: z.literal(true).optional(),
});
export type KeptReply = z.infer<typeof KeptReply>;

/** `all`: what may be recorded; `outcome`: of a desktop that is not to be recorded, success and code alone. */
export type Keeping = 'all' | 'outcome';

/** A larger error or result is not kept. Characters of JSON. */
const REPLY_LIMIT = 64 * 1024;

export function keptReply(
  command: CommandName,
  params: unknown,
  outcome: CommandOutcome,
  keeping: Keeping,
  hiders: readonly Hider[],
): KeptReply {
  const { success, error, result, image } = outcome;
  if (!error && !image && tellsNothing(result)) return { success, result: {} };
  const recorded =
    image || keeping === 'outcome' ? undefined : recordedReply(command, params, outcome, hiders);
  return recorded ?? withheldReply(outcome);
}

/** The reply, where the recorder may keep all of it. */
function recordedReply(
  command: CommandName,
  params: unknown,
  { success, result, error, recorded }: CommandOutcome,
  hiders: readonly Hider[],
): KeptReply | undefined {
  const spec = commandSpec(command);
  const all = [...hiders, ...ownHiders(spec, params, saysSecret(params) ? 'secret' : undefined)];
  const { value, masked, shortened, rules } = recordedResult(spec, result, all);
  if (recorded || masked || shortened || rules.length > 0) return undefined;
  if (!error) return { success, result: value };
  const whole = recordedError(error, all).rules.length === 0 && JSON.stringify(error).length <= REPLY_LIMIT;
  return whole ? { success, result: value, error } : undefined;
}

/** What is left of a reply when its content is not kept. */
export function withheldReply({ success, error }: Pick<CommandOutcome, 'success' | 'error'>): KeptReply {
  return { success, withheld: true, ...(error ? { code: error.code } : {}) };
}

/** The answer to a request that was answered before. */
export function answerAgain(kept: KeptReply): CommandOutcome {
  const { success, result, error } = kept;
  const told = kept.withheld ? withheldError(kept) : asBody(error);
  return { success, result, error: told, durationMs: 0, image: undefined };
}

function asBody(error: KeptReply['error']): ErrorBody | undefined {
  return error && { ...error, details: error.details };
}

function withheldError({ success, code }: KeptReply): ErrorBody {
  const what = success ? 'was carried out' : 'failed';
  const message = `the command ${what} before, and its reply is not kept; it is not executed again`;
  const details = { success, ...(code ? { code } : {}) };
  return new DeskreelError('reply_withheld', message, { details }).toBody();
}

function tellsNothing(result: unknown): boolean {
  if (result === undefined) return true;
  return typeof result === 'object' && result !== null && Object.keys(result).length === 0;
}
