// Which failures of an action a model is told of, and which end its run.
import { DeskreelError, type ErrorCode } from '../../protocol/errors.ts';

/** Nothing that a model could do differently: the caller must know. */
const FOR_THE_CALLER: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'unauthorized',
  'forbidden',
  'guest_unavailable',
  'engine_unavailable',
  'storage_full',
  'internal',
]);

/** The failure as a text for the model. Throws it again where it is not for the model. */
export function failureText(thrown: unknown): string {
  if (thrown instanceof DeskreelError && !FOR_THE_CALLER.has(thrown.code)) {
    return `${thrown.code}: ${thrown.message}`;
  }
  throw thrown;
}
