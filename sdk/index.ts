// What the package offers.
export { Computer } from './computer.ts';
export {
  Deskreel,
  type DesktopInfo,
  type OpenOptions,
  type SavedTrace,
  type TraceInfo,
  type VncOptions,
} from './deskreel.ts';
export type { VncGateway } from './vnc/vnc-gateway.ts';
export { DeskreelError, type ErrorCode } from '../protocol/errors.ts';
export type { ComputerOptions, ServerOptions } from './options.ts';
export type { JsonValue, SaveOptions, TracingOptions } from './tracing/options.ts';
export { searchSavedTrace, type SearchResult, type TraceFinding } from './tracing/search.ts';
export { readTrace, type SavedTraceContent, type TraceEvent } from './tracing/read.ts';
export {
  verifyTrace,
  type TraceFault,
  type TraceGap,
  type TraceVerdict,
  type VerifyOptions,
} from './tracing/verify.ts';
export type { Tracing } from './tracing/tracing.ts';
export type { CallOptions, CommandSession } from './connection/command-session.ts';
export type { ComputerInterface } from './interface/computer-interface.ts';
export type { ClickOptions, DragOptions } from './interface/pointer.ts';
export type { ScrollOptions } from './interface/scroll.ts';
export type { TypeOptions, Typed } from './interface/keyboard.ts';
export type { Screenshot, ScreenshotOptions } from './interface/screen.ts';
export type { PtyInfo, PtyOptions, PtyOutput, PtySendOptions } from './interface/pty.ts';
export type { CommandOutput, RunCommandOptions } from './interface/process.ts';
export type { ReadBytesOptions, WriteBytesOptions } from './interface/files.ts';
export type { AccessibilityTree, TreeOptions, TreeText, TreeTextOptions } from './interface/system.ts';
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
export { exportFormats, exportTrace, type ExportFormat } from './tracing/export.ts';
export * from './agents.ts';
export {
  AnthropicComputerTool,
  type AnthropicContent,
  type AnthropicToolDefinition,
  type AnthropicToolOptions,
  type AnthropicToolResult,
  type AnthropicToolUse,
} from './tools/anthropic-tool.ts';
export {
  OpenAIComputerTool,
  type OpenAICallOutput,
  type OpenAIComputerCall,
  type OpenAIInputItem,
  type OpenAISafetyCheck,
  type OpenAIToolDefinition,
  type OpenAIToolOptions,
} from './tools/openai-tool.ts';
