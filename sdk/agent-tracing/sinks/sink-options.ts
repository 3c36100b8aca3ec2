// Options of sinks, as users write them.
import { camelCase, keysIn } from '../../names.ts';
import { refuseUnknown } from '../../options.ts';

/** With keys in camelCase. Throws `bad_request` for one that is not known. */
export function sinkOptions(given: object, known: readonly string[], what: string): Record<string, unknown> {
  const options = keysIn(camelCase, given);
  refuseUnknown(options, known, what);
  return options;
}
