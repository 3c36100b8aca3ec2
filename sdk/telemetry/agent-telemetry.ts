// An agent's events: its session, its runs, their steps and what they used. Never what was said or typed, unless asked for.
import { randomUUID } from 'node:crypto';
import type { ModelTurn } from '../computer-agent/conversation.ts';
import { withoutImages, type AgentItem } from '../computer-agent/items.ts';
import type { RunFacts, RunObserver, RunResult, StepFacts } from '../computer-agent/observer.ts';
import type { AgentUsage } from '../computer-agent/usage.ts';
import type { TelemetryEnabled } from './settings.ts';
import { systemFacts } from './system.ts';
import type { EventProperties, Telemetry } from './telemetry.ts';

const SECOND = 1000;

export class AgentTelemetry {
  readonly #telemetry: Telemetry;
  readonly #session = randomUUID();
  readonly #logsTrajectory: boolean;

  constructor(telemetry: Telemetry, enabled: TelemetryEnabled, agentType: string, model: string) {
    this.#telemetry = telemetry;
    this.#logsTrajectory = typeof enabled === 'object' && enabled.logTrajectory;
    telemetry.moduleInit('agent');
    this.#capture('agent_session_start', { agent_type: agentType, model, ...systemFacts() });
  }

  flush(): Promise<void> {
    return this.#telemetry.flush();
  }

  /** Of one run. */
  observer(now: () => number): RunObserver {
    let run: RunFacts | undefined;
    let mark = 0;
    const of = (): EventProperties => ({ run_id: run?.runId });
    return {
      runStarted: (facts) => {
        run = facts;
        mark = facts.startedMs;
        this.#capture('agent_run_start', {
          ...of(),
          start_time: facts.startedMs / SECOND,
          input_context_size: sizeOf(facts.messages),
          num_existing_messages: facts.messages.length,
          ...this.#trajectory(facts.messages),
        });
      },
      answered: ({ step }: StepFacts, { usage }: ModelTurn) => {
        const at = now();
        const duration = (at - mark) / SECOND;
        mark = at;
        this.#capture('agent_step', { ...of(), step, timestamp: at / SECOND, duration_seconds: duration });
        this.#capture('agent_usage', { ...of(), step, ...told(usage) });
      },
      runEnded: ({ endedMs, steps, usage, output }: RunResult) => {
        this.#capture('agent_run_end', {
          ...of(),
          end_time: endedMs / SECOND,
          duration_seconds: (endedMs - (run?.startedMs ?? endedMs)) / SECOND,
          num_steps: steps,
          total_usage: told(usage),
          ...this.#trajectory([...(run?.messages ?? []), ...output]),
        });
      },
    };
  }

  #capture(event: string, properties: EventProperties): void {
    this.#telemetry.capture(event, { session_id: this.#session, ...properties });
  }

  /** Without the images, which no event could hold. */
  #trajectory(items: readonly AgentItem[]): EventProperties {
    return this.#logsTrajectory ? { uploaded_trajectory: withoutImages(items) } : {};
  }
}

/** Characters of what is said. */
function sizeOf(messages: readonly AgentItem[]): number {
  return messages.reduce((size, item) => {
    if (!('content' in item)) return size;
    return size + (typeof item.content === 'string' ? item.content : JSON.stringify(item.content)).length;
  }, 0);
}

/** The cost is null where nobody knows it. */
function told({ response_cost, ...tokens }: AgentUsage): EventProperties {
  return { ...tokens, response_cost: response_cost ?? null };
}
