// What the package offers to agents: tracing of runs, the runtime, snapshots.
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
export { DesktopTraceSink } from './agent-tracing/sinks/desktop-sink.ts';
export { AgentRuntime, type BeginStepOptions, type RuntimeSnapshotOptions } from './agent-runtime/runtime.ts';
export { PredicateAgent, type ActResult, type PredicateAgentOptions } from './agent-runtime/agent.ts';
export type { Action, ActionOutcome } from './agent-runtime/actions.ts';
export type { AgentConfig } from './agent-runtime/config.ts';
export type { EventuallyOptions } from './agent-runtime/check.ts';
export type { ModelAnswer, ModelClient, ModelFunction, ModelRequest } from './agent-runtime/model.ts';
export type {
  AssertContext,
  AsyncPredicate,
  Predicate,
  PredicateResult,
} from './agent-runtime/predicates.ts';
export type { ActionContext, SnapshotOptions, SnapshotSource } from './agent-runtime/source.ts';
export { ComputerAgent, type AgentRunOptions } from './computer-agent/computer-agent.ts';
export type { ComputerAgentOptions } from './computer-agent/options.ts';
export type { AgentTurn } from './computer-agent/run.ts';
export type { StopReason } from './computer-agent/observer.ts';
export type { AgentUsage, Prices } from './computer-agent/usage.ts';
export type {
  AgentModelAnswer,
  AgentModelFunction,
  AgentModelItem,
  AgentModelRequest,
} from './computer-agent/function-conversation.ts';
export type {
  AgentAction,
  AgentItem,
  ComputerCallItem,
  ComputerCallOutputItem,
} from './computer-agent/items.ts';
export { createTracer, type CreateTracerOptions } from './agent-tracing/create-tracer.ts';
export { CloudTraceSink, type CloudOptions } from './agent-tracing/sinks/cloud-sink.ts';
export { PostgresTraceSink, type PostgresOptions } from './agent-tracing/sinks/postgres-sink.ts';
export { S3TraceSink, type S3Options } from './agent-tracing/sinks/s3-sink.ts';
export { uploadArtifacts, type ArtifactOptions } from './agent-tracing/upload/artifacts.ts';
