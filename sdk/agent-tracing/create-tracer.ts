// A tracer for what one has: a server to upload to, a desktop whose trace runs, or a file on this machine.
import { randomUUID } from 'node:crypto';
import { UploadAddress } from '../../protocol/uploads.ts';
import { placeOf } from '../address.ts';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';
import { localMessage, localPath } from './local-tracer.ts';
import { safeLogger, type TraceLogger } from './logger.ts';
import { checkedRunId } from './run-id.ts';
import type { ScreenshotProcessor } from './screenshot.ts';
import { CloudTraceSink } from './sinks/cloud-sink.ts';
import { DesktopTraceSink, type EventTarget } from './sinks/desktop-sink.ts';
import { FallbackSink, type Wanted } from './sinks/fallback-sink.ts';
import { JsonlTraceSink } from './sinks/jsonl-sink.ts';
import { MultiSink } from './sinks/multi-sink.ts';
import type { TraceSink } from './sinks/sink.ts';
import { Tracer } from './tracer.ts';
import { pendingFolder, pendingRun } from './upload/pending.ts';
import { uploadOrphans } from './upload/recover.ts';
import { Transport, UploadFailure, UPLOAD_TIMES, type UploadTimes } from './upload/transport.ts';

/** Keys may also be written in snake_case (`run_id`). */
export interface CreateTracerOptions {
  /** Of the server that runs are uploaded to; for a Deskreel server, its token. */
  apiKey?: string | undefined;
  /** Default: a new UUID. One safe file name. */
  runId?: string | undefined;
  /** Default: `DESKREEL_URL`, else the server of this machine. */
  apiUrl?: string | undefined;
  /** Without one, tracing is silent. */
  logger?: TraceLogger | undefined;
  /** Uploads the run when it ends, if there is a key. Default false. */
  uploadTrace?: boolean | undefined;
  goal?: string | undefined;
  /** Default `Agent`. */
  agentType?: string | undefined;
  llmModel?: string | undefined;
  startUrl?: string | undefined;
  screenshotProcessor?: ScreenshotProcessor | undefined;
  /** Default true. */
  autoEmitRunStart?: boolean | undefined;
  /** A desktop whose running trace takes the events too. */
  computer?: { readonly tracing: EventTarget } | undefined;
  onClose?: ((tracer: Tracer) => void) | undefined;
  /** How long requests of the upload may take. */
  uploadTimes?: Partial<UploadTimes> | undefined;
}

/** `null` is as good as nothing, as `None` is in Python. */
type OrNull<T> = { [K in keyof T]: T[K] | null };

const KEYS = [
  'apiKey',
  'runId',
  'apiUrl',
  'logger',
  'uploadTrace',
  'goal',
  'agentType',
  'llmModel',
  'startUrl',
  'screenshotProcessor',
  'autoEmitRunStart',
  'computer',
  'onClose',
  'uploadTimes',
];

/**
 * With a key and `uploadTrace`, runs that an earlier process left are uploaded first; then this one is uploaded at its
 * end. Where the server does not take it, it is traced into `./traces/<runId>.jsonl` as without a key: the logger says
 * why. Emits `run_start`. Throws `bad_request` for an option that is wrong, `conflict` where a run of that name is open.
 */
export async function createTracer(given: EitherCase<OrNull<CreateTracerOptions>> = {}): Promise<Tracer> {
  const said = Object.entries(keysIn(camelCase, given)).filter(([, value]) => value !== null);
  const options = Object.fromEntries(said) as CreateTracerOptions;
  refuseUnknown(options, KEYS, 'createTracer');
  const runId = checkedRunId(options.runId ?? randomUUID());
  const { logger, screenshotProcessor, onClose } = options;
  const sink = await sinkFor(runId, options);
  const tracer = new Tracer({ runId, sink, logger, screenshotProcessor, onClose });
  if (options.autoEmitRunStart !== false) emitStart(tracer, options);
  return tracer;
}

function emitStart(tracer: Tracer, { agentType, llmModel, goal, startUrl }: CreateTracerOptions): void {
  const config = { ...(goal ? { goal } : {}), ...(startUrl ? { start_url: startUrl } : {}) };
  tracer.emitRunStart(agentType ?? 'Agent', llmModel, config);
}

async function sinkFor(runId: string, options: CreateTracerOptions): Promise<TraceSink> {
  const { computer, logger, apiKey, uploadTrace } = options;
  const desktop = computer && new DesktopTraceSink(computer.tracing, logger);
  if (apiKey && uploadTrace) {
    const uploaded = await uploadingSink(runId, apiKey, options);
    return desktop ? new MultiSink([desktop, uploaded], logger) : uploaded;
  }
  return desktop ?? localSink(runId, logger);
}

function localSink(runId: string, logger: TraceLogger | undefined): JsonlTraceSink {
  safeLogger(logger).info(localMessage(runId));
  return new JsonlTraceSink(localPath(runId), { logger });
}

async function uploadingSink(
  runId: string,
  apiKey: string,
  options: CreateTracerOptions,
): Promise<TraceSink> {
  const logger = safeLogger(options.logger);
  const apiUrl = placeOf(options.apiUrl === undefined ? {} : { url: options.apiUrl }).url;
  const times = { ...UPLOAD_TIMES, ...options.uploadTimes };
  const transport = new Transport({ apiUrl, apiKey, times });
  const metadata = metadataOf(options);
  await uploadOrphans({ folder: pendingFolder(), apiUrl, transport, logger });
  try {
    const body = { run_id: runId, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
    const { upload_url: uploadUrl } = await transport.askOnce('/v1/traces/init', body, UploadAddress);
    const sink = await CloudTraceSink.open({ runId, apiUrl, apiKey, metadata, uploadUrl, times, logger });
    logger.info('[Predicate] Cloud tracing enabled (Pro/Builder/Teams/Enterprise tiers)');
    return sink;
  } catch (error) {
    if (!(error instanceof UploadFailure)) throw error;
    logger.warn(whyNotUploaded(error));
    return fallback(runId, error, logger, { api_url: apiUrl, metadata });
  }
}

function whyNotUploaded(error: UploadFailure): string {
  if (error.status === 403) return 'Cloud tracing requires Pro tier';
  if (error.timedOut) return 'Cloud init timeout';
  return `Cloud init failed: ${error.message}`;
}

/** What the server may take later waits for it, too; what it has refused does not. */
async function fallback(
  runId: string,
  error: UploadFailure,
  logger: TraceLogger,
  wanted: Wanted,
): Promise<TraceSink> {
  if (!error.isPassing) return localSink(runId, logger);
  logger.info(localMessage(runId));
  return FallbackSink.open(localPath(runId), pendingRun(pendingFolder(), runId), wanted, logger);
}

function metadataOf({ goal, agentType, llmModel, startUrl }: CreateTracerOptions): Record<string, string> {
  const all = { goal, agent_type: agentType, llm_model: llmModel, start_url: startUrl };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
