// What the MCP server needs of the desktops: the server has them itself, the command line reaches them by the SDK.
import type { CommandName } from '../../protocol/commands/table.ts';
import type { DesktopSpec, DesktopState } from '../../protocol/desktop.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { TraceOptions } from '../../protocol/tracing.ts';

export interface McpDesktop {
  readonly id: string;
  readonly name: string;
  readonly state: DesktopState;
  readonly resolution: string;
}

export type McpOutcome = { success: true; result: unknown } | { success: false; error: ErrorBody };

export interface McpDesktops {
  /** Those that this client may use. */
  list(): Promise<readonly McpDesktop[]>;
  /** Runs a command; what went wrong with it is an outcome. */
  run(desktopId: string, command: CommandName, params: object, signal: AbortSignal): Promise<McpOutcome>;
  startTrace(desktopId: string, options: TraceOptions): Promise<object>;
  stopTrace(desktopId: string): Promise<object>;
  /** Undefined for a client that may use one desktop only. */
  readonly manage:
    | {
        create(spec: DesktopSpec, signal: AbortSignal): Promise<McpDesktop>;
        remove(desktopId: string): Promise<void>;
      }
    | undefined;
}
