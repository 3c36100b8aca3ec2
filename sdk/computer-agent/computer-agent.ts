// An agent that works a computer: a model, the desktop as its tool, and what is recorded of both.
import { randomUUID } from 'node:crypto';
import type { EitherCase } from '../names.ts';
import { AgentTelemetry } from '../telemetry/agent-telemetry.ts';
import { telemetryEnabled, type TelemetryEnabled } from '../telemetry/settings.ts';
import { openTelemetry } from '../telemetry/telemetry.ts';
import { ModelScreen } from '../tools/model-screen.ts';
import { startConversation } from './conversation.ts';
import type { AgentItem } from './items.ts';
import { together, type RunObserver } from './observer.ts';
import {
  agentSettings,
  planOfRun,
  type AgentPlan,
  type AgentSettings,
  type ComputerAgentOptions,
} from './options.ts';
import { AgentRun, type AgentTurn } from './run.ts';
import { traceRows } from './trace-rows.ts';
import { TrajectoryFolder } from './trajectory.ts';

export interface AgentRunOptions {
  /** Cancels the run: the turn that follows is its last and says so. */
  signal?: AbortSignal;
}

export class ComputerAgent implements AsyncDisposable {
  readonly #settings: AgentSettings;
  readonly #telemetryEnabled: TelemetryEnabled;
  readonly #telemetry: AgentTelemetry | undefined;

  /** Throws `bad_request` naming the option that is wrong. */
  constructor(options: EitherCase<ComputerAgentOptions>) {
    this.#settings = agentSettings(options);
    this.#telemetryEnabled = telemetryEnabled(this.#settings.telemetryEnabled, process.env);
    const telemetry = this.#telemetryEnabled === false ? undefined : openTelemetry(process.env);
    const { model } = this.#settings;
    const name = typeof model === 'string' ? model : 'function';
    this.#telemetry =
      telemetry && new AgentTelemetry(telemetry, this.#telemetryEnabled, 'ComputerAgent', name);
  }

  /** Whether usage events are sent, where a server for them is named. Fixed when the agent was made. */
  get telemetryEnabled(): TelemetryEnabled {
    return this.#telemetryEnabled;
  }

  /** Sends what is left of the usage events. The computer is not the agent's to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#telemetry?.flush();
  }

  /**
   * Works on what is said until the model is done, or a limit is reached: the last turn says which. Where a trace runs on
   * the desktop, the run is in it. Throws what the model's provider throws, and what no model can mend
   * (`guest_unavailable`, `unauthorized` …). To leave the loop ends the run.
   */
  async *run(
    messages: string | readonly AgentItem[],
    { signal = new AbortController().signal }: AgentRunOptions = {},
  ): AsyncGenerator<AgentTurn, void> {
    const plan = planOfRun(this.#settings);
    const said: AgentItem[] =
      typeof messages === 'string' ? [{ role: 'user', content: messages }] : [...messages];
    const runId = randomUUID();
    const screen = await ModelScreen.open(plan.computer);
    const conversation = await startConversation(plan, said);
    const now = (): number => Date.now();
    const observer = together(await this.#observers(plan, runId, now));
    await observer.runStarted({
      runId,
      model: conversation.model,
      messages: said,
      instructions: plan.instructions,
      startedMs: now(),
    });
    yield* new AgentRun({ plan, conversation, screen, observer, signal, now }).turns();
  }

  async #observers(
    { computer, trajectoryDir }: AgentPlan,
    runId: string,
    now: () => number,
  ): Promise<RunObserver[]> {
    const rows = await traceRows(computer.tracing, runId);
    return [
      ...(rows ? [rows] : []),
      ...(this.#telemetry ? [this.#telemetry.observer(now)] : []),
      ...(trajectoryDir === undefined ? [] : [new TrajectoryFolder(trajectoryDir)]),
    ];
  }
}
