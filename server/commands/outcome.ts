// What became of a command that could not be carried out.
import type { DeskreelError } from '../../protocol/errors.ts';
import type { CommandOutcome } from './observer.ts';

export function failure(error: DeskreelError, durationMs: number): CommandOutcome {
  return { success: false, result: undefined, error: error.toBody(), durationMs, image: undefined };
}
