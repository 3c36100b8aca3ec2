// Options of tracing, in either case, as the server wants them and as saving needs them.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { TraceOptions, type TraceMetadata, type TraceOptionsInput } from '../../protocol/tracing.ts';
import { camelCase, keysIn, snakeCase, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';

/** A mode alone, or rules. See docs/privacy.md. */
export type PrivacyOptions = NonNullable<TraceOptionsInput['privacy']>;

/** What can be said in JSON. */
export type JsonValue = z.input<typeof TraceMetadata>['value'];

/** What a trace records. Keys may also be written in snake_case (`accessibility_tree`). */
export interface TracingOptions {
  /** A label: letters, digits, space, dot, dash, underscore. The trace's id is made by the server. */
  name?: string;
  /** Pictures of the screen. Default true. */
  screenshots?: boolean;
  /** Commands with arguments and results. Default true. */
  apiCalls?: boolean;
  /** The accessibility tree after each input command. Default false. */
  accessibilityTree?: boolean;
  /** What `addMetadata` is given. Default true. */
  metadata?: boolean;
  /** Pictures also as the screen changes, five a second at the most; `export … video` shows them. Default false. */
  video?: boolean;
  /** `settled`: each input waits until the screen has come to rest after the one before. Default `free`. */
  pace?: 'free' | 'settled';
  /** What is kept out beside secrets: `strict`, or rules by region, window title and pattern. */
  privacy?: PrivacyOptions | undefined;
  /** What an answered command survives: the end of the server's process, or loss of power too. Default: the server's. */
  durability?: 'process' | 'power' | undefined;
}

/** How a finished trace is saved on this machine. */
export interface SaveOptions {
  /** One ZIP file, or a folder. Default `zip`. */
  format?: 'zip' | 'dir';
  /**
   * Where. Default `./traces/<trace_id>.zip`, or `./traces/<trace_id>/`. A folder that is there already gets the ZIP or
   * a new folder inside, under the trace's id; a file that is there already is refused. Missing parents are made.
   */
  path?: string;
}

const SaveShape = z.strictObject({
  format: z.enum(['zip', 'dir']).default('zip'),
  path: z.string().min(1).optional(),
});
export type SavePlan = z.output<typeof SaveShape>;

/** Throws `bad_request` naming the option that is wrong. */
export function traceOptions(given: EitherCase<TracingOptions> = {}): TraceOptionsInput {
  const options = keysIn(snakeCase, given);
  refuseUnknown(options, Object.keys(TraceOptions.shape), 'tracing.start');
  parseWith(TraceOptions, options, 'tracing.start');
  return options;
}

/** Throws `bad_request` naming the option that is wrong. */
export function savePlan(given: EitherCase<SaveOptions> = {}): SavePlan {
  const options = keysIn(camelCase, given);
  refuseUnknown(options, Object.keys(SaveShape.shape), 'tracing.stop');
  return parseWith(SaveShape, options, 'tracing.stop');
}
