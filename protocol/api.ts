// The REST table: every route of the HTTP API with what goes in and what comes out.
// Routes, SDK and documents come from it, as commands come from the command table.
import { z } from 'zod';
import { DesktopInfo, DesktopSpec } from './desktop.ts';
import {
  CutOptions,
  RedactOptions,
  TraceInfo,
  TraceRedacted,
  TraceMetadata,
  TraceOptions,
  TraceStopped,
} from './tracing.ts';
import {
  ArtifactAddresses,
  ArtifactsComplete,
  ArtifactsCompleted,
  ArtifactsInit,
  ArtifactsKept,
} from './artifacts.ts';
import { SearchAnswer, SearchOptions } from './search.ts';
import {
  ScreenshotAddresses,
  ScreenshotsInit,
  UploadAddress,
  UploadCompleted,
  UploadInit,
  UploadOfRun,
} from './uploads.ts';

export interface ApiRow<B extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE';
  /** Express's notation. */
  path: string;
  title: string;
  /** An absent body is read as `{}`. */
  body: B;
  /** `undefined` is answered with 204. */
  response: R;
  /** Of success. */
  status: number;
  /** `desktop`: the key of that one desktop opens it too. */
  reach: 'server' | 'desktop';
}

export const NoBody = z.object({});
const Nothing = z.undefined();

type Given<B extends z.ZodType, R extends z.ZodType> = Pick<
  ApiRow<B, R>,
  'method' | 'path' | 'title' | 'body' | 'response'
> &
  Partial<Pick<ApiRow, 'status' | 'reach'>>;

function row<B extends z.ZodType, R extends z.ZodType>(given: Given<B, R>): ApiRow<B, R> {
  return { status: 200, reach: 'server', ...given };
}

export const DesktopList = z.object({ desktops: z.array(DesktopInfo) });
/** What is recorded on a desktop now; `null` while nothing is. */
export const TraceNow = z.object({ active: z.boolean(), trace: TraceInfo.nullable() });
/** Rows of Predicate's types from a client: steps, model calls. */
export const TraceEvents = z.strictObject({
  events: z
    .array(
      z.strictObject({
        type: z.string(),
        data: z.record(z.string(), z.unknown()),
        step_id: z.string().max(200).optional(),
        /** The client's own time, milliseconds since 1970; kept beside the host's. */
        ts_ms: z.number().optional(),
      }),
    )
    .max(1000),
});
export const TraceList = z.object({ traces: z.array(TraceInfo) });

export const API = {
  createDesktop: row({
    method: 'POST',
    path: '/v1/desktops',
    title: 'Create a desktop; answered when it is ready',
    body: DesktopSpec,
    response: DesktopInfo,
    status: 201,
  }),
  listDesktops: row({
    method: 'GET',
    path: '/v1/desktops',
    title: 'List the desktops',
    body: NoBody,
    response: DesktopList,
  }),
  getDesktop: row({
    method: 'GET',
    path: '/v1/desktops/:id',
    title: 'Look at a desktop',
    body: NoBody,
    response: DesktopInfo,
    reach: 'desktop',
  }),
  deleteDesktop: row({
    method: 'DELETE',
    path: '/v1/desktops/:id',
    title: 'Remove a desktop and all that is in it',
    body: NoBody,
    response: Nothing,
    status: 204,
  }),
  pauseDesktop: row({
    method: 'POST',
    path: '/v1/desktops/:id/pause',
    title: 'Freeze a desktop',
    body: NoBody,
    response: DesktopInfo,
  }),
  resumeDesktop: row({
    method: 'POST',
    path: '/v1/desktops/:id/resume',
    title: 'Let a frozen desktop go on',
    body: NoBody,
    response: DesktopInfo,
  }),
  restartDesktop: row({
    method: 'POST',
    path: '/v1/desktops/:id/restart',
    title: 'Restart a desktop; files stay, programs do not',
    body: NoBody,
    response: DesktopInfo,
  }),
  startTrace: row({
    method: 'POST',
    path: '/v1/desktops/:id/trace/start',
    title: 'Start a trace',
    body: TraceOptions,
    response: TraceInfo,
    reach: 'desktop',
  }),
  addTraceMetadata: row({
    method: 'POST',
    path: '/v1/desktops/:id/trace/metadata',
    title: 'Add a key and a value to the running trace',
    body: TraceMetadata,
    response: NoBody,
    reach: 'desktop',
  }),
  addTraceEvents: row({
    method: 'POST',
    path: '/v1/desktops/:id/trace/events',
    title: 'Add rows of steps and model calls to the running trace',
    body: TraceEvents,
    response: NoBody,
    reach: 'desktop',
  }),
  stopTrace: row({
    method: 'POST',
    path: '/v1/desktops/:id/trace/stop',
    title: 'Stop the trace; answered when it is sealed',
    body: NoBody,
    response: TraceStopped,
    reach: 'desktop',
  }),
  cutTrace: row({
    method: 'POST',
    path: '/v1/desktops/:id/trace/cut',
    title: 'Make a trace of the last so many milliseconds, which nobody needs to have traced',
    body: CutOptions,
    response: TraceStopped,
    reach: 'desktop',
  }),
  currentTrace: row({
    method: 'GET',
    path: '/v1/desktops/:id/trace',
    title: 'Whether a trace runs, and which',
    body: NoBody,
    response: TraceNow,
    reach: 'desktop',
  }),
  listTraces: row({
    method: 'GET',
    path: '/v1/traces',
    title: 'List the traces',
    body: NoBody,
    response: TraceList,
  }),
  getTrace: row({
    method: 'GET',
    path: '/v1/traces/:id',
    title: 'Look at a trace',
    body: NoBody,
    response: TraceInfo,
  }),
  searchTraces: row({
    method: 'POST',
    path: '/v1/traces/search',
    title: 'Find a text in finished traces',
    body: SearchOptions,
    response: SearchAnswer,
  }),
  initUpload: row({
    method: 'POST',
    path: '/v1/traces/init',
    title: 'Begin or resume the upload of a run; 409 where it is finished',
    body: UploadInit,
    response: UploadAddress,
  }),
  initScreenshots: row({
    method: 'POST',
    path: '/v1/screenshots/init',
    title: 'Addresses for the pictures of a run',
    body: ScreenshotsInit,
    response: ScreenshotAddresses,
  }),
  initIndexUpload: row({
    method: 'POST',
    path: '/v1/traces/index_upload',
    title: 'The address for the index of a run',
    body: UploadOfRun,
    response: UploadAddress,
  }),
  completeUpload: row({
    method: 'POST',
    path: '/v1/traces/complete',
    title: 'End the upload of a run; it is a sealed trace when this is answered',
    body: UploadOfRun,
    response: UploadCompleted,
  }),
  initArtifacts: row({
    method: 'POST',
    path: '/v1/traces/artifacts/init',
    title: 'Addresses for files that belong to a run, beside its trace',
    body: ArtifactsInit,
    response: ArtifactAddresses,
  }),
  completeArtifacts: row({
    method: 'POST',
    path: '/v1/traces/artifacts/complete',
    title: 'End the upload of artifacts; they are the run’s, in the place of earlier ones',
    body: ArtifactsComplete,
    response: ArtifactsCompleted,
  }),
  listArtifacts: row({
    method: 'GET',
    path: '/v1/traces/:id/artifacts',
    title: 'The artifacts of the trace’s run',
    body: NoBody,
    response: ArtifactsKept,
  }),
  redactTrace: row({
    method: 'POST',
    path: '/v1/traces/:id/redact',
    title: 'Make a trace of this one without texts, patterns or parts of the screen',
    body: RedactOptions,
    response: TraceRedacted,
  }),
  holdTrace: row({
    method: 'POST',
    path: '/v1/traces/:id/hold',
    title: 'Keep a trace from being deleted',
    body: NoBody,
    response: TraceInfo,
  }),
  releaseTrace: row({
    method: 'POST',
    path: '/v1/traces/:id/release',
    title: 'Let a trace be deleted again',
    body: NoBody,
    response: TraceInfo,
  }),
  deleteTrace: row({
    method: 'DELETE',
    path: '/v1/traces/:id',
    title: 'Delete a trace that is finished',
    body: NoBody,
    response: Nothing,
    status: 204,
  }),
};

export type ApiName = keyof typeof API;
export type ApiBody<N extends ApiName> = z.output<(typeof API)[N]['body']>;
export type ApiResponse<N extends ApiName> = z.output<(typeof API)[N]['response']>;
