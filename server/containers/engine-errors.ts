// What the Docker engine answers and what a socket says, as errors that a user can act on.
import { DeskreelError, type ErrorCode } from '../../protocol/errors.ts';

const NOT_REACHED: Readonly<Record<string, string>> = {
  ENOENT: 'no Docker engine is running',
  ECONNREFUSED: 'no Docker engine is running',
  ECONNRESET: 'the Docker engine closed the connection',
  EPIPE: 'the Docker engine closed the connection',
  EACCES: 'this user may not use the Docker engine (add the user to the group docker, then log in again)',
};
/** What the engine refuses: an option outside of its range (more cores than there are), or a state that does not fit. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  404: 'guest_unavailable',
  409: 'conflict',
};
const WHAT_TO_DO = 'Start Docker (`systemctl start docker`), or let `npm run setup` install and start it.';

/** The status of an engine's answer; undefined where none came. */
export function engineStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

export function engineError(error: unknown, what: string): DeskreelError {
  if (error instanceof DeskreelError) return error;
  const reason = NOT_REACHED[error instanceof Error && 'code' in error ? String(error.code) : ''];
  if (reason !== undefined) {
    return new DeskreelError('engine_unavailable', `${what}: ${reason}. ${WHAT_TO_DO}`, { cause: error });
  }
  const text = error instanceof Error ? error.message : String(error);
  const code = CODES[engineStatus(error) ?? 0] ?? 'engine_unavailable';
  return new DeskreelError(code, `${what}: the Docker engine answered: ${text.trim()}`, { cause: error });
}

/** Runs one request to the engine; answers with these statuses mean that nothing was left to do. */
export async function ignoring(statuses: readonly number[], request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!statuses.includes(engineStatus(error) ?? 0)) throw error;
  }
}
