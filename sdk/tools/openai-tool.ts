// OpenAI's computer tools on a desktop: the definition for a request, and computer calls carried out.
// The shapes are those of the `openai` package, written out here so that this one does not need it; a test compares them.
import { openaiPlan } from '../../protocol/vocabulary/from-openai.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Size } from '../../protocol/primitives.ts';
import type { CallOptions } from '../interface/call.ts';
import { defined } from '../options.ts';
import { failureText } from './failures.ts';
import { ModelScreen, type CommandRunner, type ModelScreenOptions } from './model-screen.ts';

export interface OpenAISafetyCheck {
  id: string;
  code?: string | null;
  message?: string | null;
}

export interface OpenAIToolOptions extends ModelScreenOptions {
  /** `computer` (default) sends several actions in one call; `computer_use_preview` one. */
  tool?: 'computer' | 'computer_use_preview';
  /**
   * Asked before a call is carried out that the model's provider has doubts about. By default nobody vouches for it and
   * the call is refused with `forbidden`.
   */
  acknowledge?: (checks: readonly OpenAISafetyCheck[]) => boolean | Promise<boolean>;
}

export type OpenAIToolDefinition =
  | { type: 'computer' }
  | { type: 'computer_use_preview'; display_width: number; display_height: number; environment: 'linux' };

/** A `computer_call` of the model's: with one action, or with several. */
export interface OpenAIComputerCall {
  call_id: string;
  action?: unknown;
  actions?: readonly unknown[];
  pending_safety_checks?: readonly OpenAISafetyCheck[];
}

export interface OpenAICallOutput {
  type: 'computer_call_output';
  call_id: string;
  output: { type: 'computer_screenshot'; image_url: string };
  acknowledged_safety_checks?: OpenAISafetyCheck[];
}

/** A call's output holds nothing but a screenshot: what went wrong is told in a message beside it. */
export type OpenAIInputItem =
  OpenAICallOutput | { type: 'message'; role: 'user'; content: { type: 'input_text'; text: string }[] };

export class OpenAIComputerTool {
  readonly #screen: ModelScreen;
  readonly #tool: 'computer' | 'computer_use_preview';
  readonly #acknowledge: NonNullable<OpenAIToolOptions['acknowledge']>;

  private constructor(screen: ModelScreen, options: OpenAIToolOptions) {
    this.#screen = screen;
    this.#tool = options.tool ?? 'computer';
    this.#acknowledge = options.acknowledge ?? (() => false);
  }

  /** The computer must run: it is asked for its size. */
  static async create(computer: CommandRunner, options: OpenAIToolOptions = {}): Promise<OpenAIComputerTool> {
    const { scale, settle } = options;
    return new OpenAIComputerTool(await ModelScreen.open(computer, defined({ scale, settle })), options);
  }

  /** The size in pixels at which the model sees the screen. */
  get modelSize(): Size {
    return this.#screen.scaling.model;
  }

  /** What goes into a request's `tools`. */
  get definition(): OpenAIToolDefinition {
    if (this.#tool === 'computer') return { type: 'computer' };
    const { width, height } = this.#screen.scaling.model;
    return {
      type: 'computer_use_preview',
      display_width: width,
      display_height: height,
      environment: 'linux',
    };
  }

  /**
   * Carries out a call's actions, one after the other, and answers with the items of the next request's input: the
   * screen as it is then, and, where an action failed, a message that says so; those behind it are left out.
   * Throws `forbidden` where a safety check is not acknowledged, `cancelled`, and what no model can mend.
   */
  async run(call: OpenAIComputerCall, options: CallOptions = {}): Promise<OpenAIInputItem[]> {
    const acknowledged = await this.#acknowledged(call);
    const failure = await this.#carryOut(call.actions ?? [call.action], options);
    const { data } = await this.#screen.shot(options);
    const output: OpenAICallOutput = {
      type: 'computer_call_output',
      call_id: call.call_id,
      output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${data}` },
      ...(acknowledged.length > 0 ? { acknowledged_safety_checks: acknowledged } : {}),
    };
    if (failure === undefined) return [output];
    return [output, { type: 'message', role: 'user', content: [{ type: 'input_text', text: failure }] }];
  }

  /** Returns what went wrong, for the model. */
  async #carryOut(actions: readonly unknown[], options: CallOptions): Promise<string | undefined> {
    for (const [index, action] of actions.entries()) {
      try {
        const plan = openaiPlan(action, this.#screen.scaling);
        // The screenshot that the call is answered with is the one that was asked for.
        if (plan.shows !== 'screen') await this.#screen.run(plan, options);
      } catch (error) {
        const left = actions.length - index - 1;
        const skipped = left > 0 ? ` The ${left} actions behind it were not carried out.` : '';
        return `Action ${index + 1} failed: ${failureText(error)}.${skipped}`;
      }
    }
    return undefined;
  }

  async #acknowledged(call: OpenAIComputerCall): Promise<OpenAISafetyCheck[]> {
    const checks = call.pending_safety_checks ?? [];
    if (checks.length === 0 || (await this.#acknowledge(checks))) return [...checks];
    const said = checks.map(({ code, message }) => message ?? code ?? 'a safety check').join('; ');
    throw new DeskreelError('forbidden', `the model's provider wants this confirmed first: ${said}`);
  }
}
