// When a run has gone on for long enough.
import type { AgentItem } from './items.ts';
import type { StopReason, StepResult } from './observer.ts';
import type { AgentPlan } from './options.ts';
import type { AgentUsage } from './usage.ts';

export class Limits {
  readonly #plan: Pick<AgentPlan, 'maxSteps' | 'maxRepeats' | 'maxTrajectoryBudget'>;
  #last = '';
  #times = 0;

  constructor(plan: Pick<AgentPlan, 'maxSteps' | 'maxRepeats' | 'maxTrajectoryBudget'>) {
    this.#plan = plan;
  }

  /** Asked once after each step. */
  reached(step: number, { turn, after }: StepResult, usage: AgentUsage): StopReason | undefined {
    if (turn.calls.length === 0) return 'done';
    const { maxSteps, maxRepeats, maxTrajectoryBudget } = this.#plan;
    if ((usage.response_cost ?? 0) >= maxTrajectoryBudget) return 'budget';
    const times = this.#count(turn.items, after.frame);
    if (maxRepeats > 0 && times >= maxRepeats) return 'repeats';
    return step >= maxSteps ? 'max_steps' : undefined;
  }

  /** How often in a row the same was done and led to the same screen. To wait is not to do. */
  #count(items: readonly AgentItem[], frame: string): number {
    const deeds = items.flatMap((item) => {
      if (item.type === 'computer_call') return item.actions ?? [item.action];
      return item.type === 'function_call' ? [{ type: item.name, arguments: item.arguments }] : [];
    });
    if (deeds.every(({ type }) => type === 'wait')) return this.#times;
    const deed = JSON.stringify([deeds, frame]);
    this.#times = deed === this.#last ? this.#times + 1 : 1;
    this.#last = deed;
    return this.#times;
  }
}
