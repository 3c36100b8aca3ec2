// What an action of a model's computer tool becomes: commands of the table, and what its answer shows.
import type { CommandInput, CommandName } from '../commands/table.ts';

/** One command with its parameters. */
export type CommandStep<N extends CommandName = CommandName> = {
  [M in N]: { readonly command: M; readonly params: CommandInput<M> };
}[N];

export interface ActionPlan {
  /** Keys that are held while the steps run, in the order of their presses. */
  readonly hold: readonly string[];
  readonly steps: readonly CommandStep[];
  /** `region` and `position`: what the last step answers with. `screen`: nothing else is wanted but a screenshot. */
  readonly shows: 'done' | 'screen' | 'region' | 'position';
}

export function step<N extends CommandName>(command: N, params: CommandInput<N>): CommandStep {
  // The two belong together by the signature; the union's members are not told apart by a type parameter.
  return { command, params } as unknown as CommandStep;
}

export function plan(steps: readonly CommandStep[], hold: readonly string[] = []): ActionPlan {
  return { hold, steps, shows: 'done' };
}
