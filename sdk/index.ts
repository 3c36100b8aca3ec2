// What the package offers.
export { Computer } from './computer.ts';
export { Deskreel, type DesktopInfo, type OpenOptions, type SavedTrace, type TraceInfo } from './deskreel.ts';
export { DeskreelError, type ErrorCode } from '../protocol/errors.ts';
export type { ComputerOptions, ServerOptions } from './options.ts';
export type { JsonValue, SaveOptions, TracingOptions } from './tracing/options.ts';
export { readTrace, type SavedTraceContent, type TraceEvent } from './tracing/read.ts';
export { verifyTrace, type TraceFault, type TraceVerdict, type VerifyOptions } from './tracing/verify.ts';
export type { Tracing } from './tracing/tracing.ts';
export type { CallOptions, CommandSession } from './connection/command-session.ts';
export type { ComputerInterface } from './interface/computer-interface.ts';
export type { ClickOptions, DragOptions } from './interface/pointer.ts';
export type { ScrollOptions } from './interface/scroll.ts';
export type { TypeOptions, Typed } from './interface/keyboard.ts';
export type { Screenshot, ScreenshotOptions } from './interface/screen.ts';
export type { CommandOutput, RunCommandOptions } from './interface/process.ts';
export type { ReadBytesOptions, WriteBytesOptions } from './interface/files.ts';
export type { AccessibilityTree, TreeOptions } from './interface/system.ts';
export type {
  Arrived,
  ElementInfo,
  ElementQuery,
  ElementTarget,
  FoundElements,
  InvokeOptions,
  SetValueOptions,
  WaitOptions,
  WaitTarget,
} from './interface/elements.ts';
export { computeSnapshotDigests, type SnapshotDigests } from '../protocol/snapshot/digests.ts';
export { formatSnapshotForLlm } from '../protocol/snapshot/format.ts';
export type { Snapshot, SnapshotElement } from '../protocol/snapshot/snapshot.ts';
export { Tracer } from './agent-tracing/tracer.ts';
export type { TracerCloseOptions, TracerOptions } from './agent-tracing/tracer-arguments.ts';
export { createLocalTracer } from './agent-tracing/local-tracer.ts';
export {
  TraceSink,
  type CloseOptions,
  type TraceEvent as AgentTraceEvent,
} from './agent-tracing/sinks/sink.ts';
export { JsonlTraceSink } from './agent-tracing/sinks/jsonl-sink.ts';
export { MultiSink } from './agent-tracing/sinks/multi-sink.ts';
export type { TraceLogger } from './agent-tracing/logger.ts';
export { buildTraceIndex, readStepEvents } from '../trace/predicate/build-index.ts';
export { writeTraceIndex } from '../trace/predicate/write-index.ts';
export { exportFormats, exportTrace, type ExportFormat } from './tracing/export.ts';
