// What a tracer's methods are called with, in their several forms, as one.
import { randomUUID } from 'node:crypto';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';
import { isRecord } from '../../protocol/record.ts';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';
import type { TraceLogger } from './logger.ts';
import { checkedRunId } from './run-id.ts';
import type { ScreenshotProcessor } from './screenshot.ts';
import { TraceSink } from './sinks/sink.ts';
import type { SnapshotPlace } from './snapshot-row.ts';
import type { Tracer } from './tracer.ts';

/** What a tracer is made from. Keys may also be written in snake_case (`run_id`). */
export interface TracerOptions {
  /** One safe file name. Default: a new UUID. */
  runId?: string;
  sink: TraceSink;
  /** Sees each image before anything else does. Where it throws, the image is dropped and the row says so. */
  screenshotProcessor?: ScreenshotProcessor | undefined;
  logger?: TraceLogger | undefined;
  /** Called once, behind the end. */
  onClose?: ((tracer: Tracer) => void) | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface TracerParts {
  readonly runId: string;
  readonly sink: TraceSink;
  readonly processor: ScreenshotProcessor | undefined;
  readonly logger: TraceLogger | undefined;
  readonly onClose: ((tracer: Tracer) => void) | undefined;
  readonly now: () => number;
}

export interface TracerCloseOptions {
  /** Default true. */
  blocking?: boolean;
  /** Bytes that were acknowledged so far, and all of them. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const TRACER_KEYS = ['runId', 'sink', 'screenshotProcessor', 'logger', 'onClose', 'now'];

export function tracerParts(
  given: string | EitherCase<TracerOptions>,
  sink?: TraceSink,
  screenshotProcessor?: ScreenshotProcessor,
): TracerParts {
  const options =
    typeof given === 'string' ? { runId: given, sink, screenshotProcessor } : keysIn(camelCase, given);
  refuseUnknown(options, TRACER_KEYS, 'Tracer');
  const { runId = randomUUID(), screenshotProcessor: processor, ...rest } = options as Partial<TracerOptions>;
  if (!(rest.sink instanceof TraceSink)) {
    throw new DeskreelError('bad_request', 'Tracer: sink must be a TraceSink, such as a JsonlTraceSink');
  }
  const { logger, onClose, now = () => Date.now() } = rest;
  return { runId: checkedRunId(runId), sink: rest.sink, processor, logger, onClose, now };
}

export function closePlan(
  options: boolean | EitherCase<TracerCloseOptions>,
): Required<Pick<TracerCloseOptions, 'blocking'>> & TracerCloseOptions {
  if (typeof options === 'boolean') return { blocking: options };
  const given = keysIn(camelCase, options);
  refuseUnknown(given, ['blocking', 'onProgress'], 'close');
  const { blocking = true, onProgress }: TracerCloseOptions = given;
  return { blocking, onProgress };
}

/** Undefined where there is no snapshot to speak of. */
export function snapshotArguments(
  given: unknown,
  place: SnapshotPlace,
): { snapshot: Snapshot; place: SnapshotPlace } | undefined {
  if (!isRecord(given)) return undefined;
  if (isRecord(given['snapshot'])) {
    const { snapshot, ...rest } = keysIn(camelCase, given);
    refuseUnknown(rest, ['stepId', 'stepIndex', 'screenshotFormat'], 'emitSnapshot');
    return snapshotArguments(snapshot, rest);
  }
  if (!Array.isArray(given['elements'])) return undefined;
  return { snapshot: given as unknown as Snapshot, place };
}
