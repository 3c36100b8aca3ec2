// What an agent is made from, checked.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { AnthropicVersion } from '../../protocol/vocabulary/from-anthropic.ts';
import { Computer } from '../computer.ts';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';
import { TelemetryShape, type TelemetryEnabled, type TelemetryOption } from '../telemetry/settings.ts';
import type { OpenAISafetyCheck } from '../tools/openai-tool.ts';
import type { AgentModelFunction } from './function-conversation.ts';
import type { Prices } from './usage.ts';

/** Keys may also be written in snake_case (`trajectory_dir`). */
export interface ComputerAgentOptions {
  /**
   * `anthropic/<model>` or `openai/<model>`, through the official package, which you install, with the key from
   * `ANTHROPIC_API_KEY` or `OPENAI_API_KEY`; or a function. `claude-…` alone is Anthropic's.
   */
  model: string | AgentModelFunction;
  /** The computer that it works. It must run before `run()` is called; without one, `run()` throws. */
  tools?: readonly Computer[];
  /** What the model is told before everything else. */
  instructions?: string;
  /** A folder to which each run adds one of its own, in the layout of Cua's agents. */
  trajectoryDir?: string;
  /** Usage events, as those of a computer; `{logTrajectory: true}` adds the conversation. Default true. */
  telemetryEnabled?: TelemetryOption;
  /** Turns at the most. Default 100. */
  maxSteps?: number;
  /** US dollars that a run may cost. For a model by its name it wants `prices`. Default: no limit. */
  maxTrajectoryBudget?: number;
  /** So often may the same actions leave the same screen, one time after the other. Default 5; 0 for no limit. */
  maxRepeats?: number;
  /** What a model that is named costs. */
  prices?: Prices;
  /** Tokens of one answer. Default 4096. */
  maxTokens?: number;
  /** Of Anthropic's computer tool. Default: what the model's name tells. */
  toolVersion?: AnthropicVersion;
  /** Asked where a provider has doubts about a call. By default such a call ends the run with `forbidden`. */
  acknowledge?: (checks: readonly OpenAISafetyCheck[]) => boolean | Promise<boolean>;
}

/** What an agent is made of: it may be made without a computer. */
export interface AgentSettings {
  readonly model: string | AgentModelFunction;
  readonly computer: Computer | undefined;
  readonly instructions: string | undefined;
  readonly trajectoryDir: string | undefined;
  readonly telemetryEnabled: TelemetryEnabled;
  readonly maxSteps: number;
  readonly maxTrajectoryBudget: number;
  readonly maxRepeats: number;
  readonly prices: Prices | undefined;
  readonly maxTokens: number;
  readonly toolVersion: AnthropicVersion | undefined;
  readonly acknowledge: ComputerAgentOptions['acknowledge'];
}

/** What a run works by. */
export interface AgentPlan extends AgentSettings {
  readonly computer: Computer;
}

const Positive = z.number().positive();
const isFunction = (value: unknown): boolean => typeof value === 'function';

const Shape = z.strictObject({
  model: z.union([
    z
      .string()
      .transform((name) => (name.startsWith('claude-') ? `anthropic/${name}` : name))
      .pipe(z.string().regex(/^(anthropic|openai)\/\S+$/, 'anthropic/<model>, openai/<model> or a function')),
    z.custom<AgentModelFunction>(isFunction, 'anthropic/<model>, openai/<model> or a function'),
  ]),
  tools: z.tuple([z.instanceof(Computer, { error: 'a Computer' })], { error: 'one Computer' }).optional(),
  instructions: z.string().optional(),
  trajectoryDir: z.string().min(1).optional(),
  telemetryEnabled: TelemetryShape.default(true),
  maxSteps: z.number().int().min(1).default(100),
  maxTrajectoryBudget: Positive.default(Infinity),
  maxRepeats: z.number().int().min(0).default(5),
  prices: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }).optional(),
  maxTokens: z.number().int().min(1).default(4096),
  toolVersion: z.enum(['20241022', '20250124', '20251124', '20260801']).optional(),
  acknowledge: z.custom<ComputerAgentOptions['acknowledge']>(isFunction, 'a function').optional(),
});

/** Throws `bad_request` naming the option that is wrong. */
export function agentSettings(given: EitherCase<ComputerAgentOptions>): AgentSettings {
  const options = keysIn(camelCase, given);
  refuseUnknown(options, Object.keys(Shape.shape), 'ComputerAgent');
  const { tools, ...plan } = parseWith(Shape, options, 'ComputerAgent options');
  if (plan.maxTrajectoryBudget < Infinity && typeof plan.model === 'string' && !plan.prices) {
    throw new DeskreelError(
      'bad_request',
      'ComputerAgent options: maxTrajectoryBudget wants prices, US dollars for a million tokens: {input, output}',
    );
  }
  const computer = tools?.[0];
  const { instructions, trajectoryDir, prices, toolVersion, acknowledge } = plan;
  return { ...plan, computer, instructions, trajectoryDir, prices, toolVersion, acknowledge };
}

/** Throws `bad_request` for an agent without a computer. */
export function planOfRun(settings: AgentSettings): AgentPlan {
  const { computer } = settings;
  if (!computer) throw new DeskreelError('bad_request', 'ComputerAgent options: tools: one Computer');
  return { ...settings, computer };
}
