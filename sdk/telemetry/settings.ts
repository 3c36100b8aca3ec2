// Whether telemetry is wanted: by the option and by the environment. What is said at construction holds.
import { z } from 'zod';

/** `logTrajectory` adds the conversation to the events of an agent's run. Default of the option: true. */
export type TelemetryEnabled = boolean | { readonly logTrajectory: boolean };

/** `log_trajectory` is the same. */
export type TelemetryOption = boolean | { logTrajectory: boolean } | { log_trajectory: boolean };

export const TelemetryShape = z.union(
  [
    z.boolean(),
    z.strictObject({ logTrajectory: z.boolean() }),
    z
      .strictObject({ log_trajectory: z.boolean() })
      .transform(({ log_trajectory }) => ({ logTrajectory: log_trajectory })),
  ],
  { error: 'true, false or {logTrajectory: true}' },
);

type Environment = Readonly<Record<string, string | undefined>>;

const OFF: ReadonlySet<string> = new Set(['0', 'false', 'no', 'off']);
/** As consoledonottrack.com has it: set, and not to nothing. */
const NOT_SET: ReadonlySet<string> = new Set(['', '0', 'false']);

/** Any of the three silences all of it. */
export function isOptedOut(environment: Environment): boolean {
  const { DESKREEL_TELEMETRY_ENABLED: own, CUA_TELEMETRY_ENABLED: cua, DO_NOT_TRACK: dnt } = environment;
  const isOff = (value: string | undefined): boolean => OFF.has((value ?? '').trim().toLowerCase());
  return isOff(own) || isOff(cua) || !NOT_SET.has((dnt ?? '').trim().toLowerCase());
}

/** What holds for an object that is made now. */
export function telemetryEnabled(wanted: TelemetryEnabled, environment: Environment): TelemetryEnabled {
  if (isOptedOut(environment)) return false;
  return typeof wanted === 'boolean' ? wanted : Object.freeze({ ...wanted });
}
