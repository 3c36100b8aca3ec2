// Names of runs. They become names of files, and never paths.
import { DeskreelError } from '../../protocol/errors.ts';
import { isRunId } from '../../protocol/run-id.ts';

/** Throws `bad_request` for what is not one safe file name. */
export function checkedRunId(runId: string): string {
  if (isRunId(runId)) return runId;
  throw new DeskreelError(
    'bad_request',
    `run id ${JSON.stringify(runId)} is not one safe file name: at most 150 letters, digits and _ . : @ + - without a dot at the beginning`,
  );
}
