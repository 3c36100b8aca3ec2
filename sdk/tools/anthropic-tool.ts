// Anthropic's computer tool on a desktop: its definition for a request, and its tool_use blocks carried out.
// The shapes are those of @anthropic-ai/sdk, written out here so that the package does not need it; a test compares them.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import {
  anthropicPlan,
  type AnthropicActionName,
  type AnthropicVersion,
} from '../../protocol/vocabulary/from-anthropic.ts';
import type { Size } from '../../protocol/primitives.ts';
import type { CallOptions } from '../interface/call.ts';
import { failureText } from './failures.ts';
import {
  ModelScreen,
  type CommandRunner,
  type ModelPicture,
  type ModelScreenOptions,
} from './model-screen.ts';

export interface AnthropicToolOptions extends ModelScreenOptions {
  /** Default `20260801`, the toolset in which each action is a tool of its own. */
  version?: AnthropicVersion;
  /** Whether actions such as a click answer with a screenshot. Default: as the version's models expect; the toolset's ask for it. */
  screenshotAfterAction?: boolean;
}

export type AnthropicToolDefinition =
  | { type: 'computer_toolset_20260801' }
  | {
      type: 'computer_20241022' | 'computer_20250124' | 'computer_20251124';
      name: 'computer';
      display_width_px: number;
      display_height_px: number;
      enable_zoom?: boolean;
    };

/** A `tool_use` block of the model's. */
export interface AnthropicToolUse {
  id: string;
  name: string;
  input: unknown;
  toolset_name?: string | null;
}

export type AnthropicContent =
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: 'image/png'; data: string } };

export interface AnthropicToolResult {
  type: 'tool_result';
  tool_use_id: string;
  content: AnthropicContent[];
  is_error?: boolean;
  toolset_name?: 'computer';
}

const BETAS: Readonly<Record<AnthropicVersion, readonly string[]>> = {
  20241022: ['computer-use-2024-10-22'],
  20250124: ['computer-use-2025-01-24'],
  20251124: ['computer-use-2025-11-24'],
  20260801: [],
};

const ActionInput = z.looseObject({ action: z.string() });

export class AnthropicComputerTool {
  readonly #screen: ModelScreen;
  readonly #version: AnthropicVersion;
  readonly #showsAfter: boolean;

  private constructor(screen: ModelScreen, version: AnthropicVersion, showsAfter: boolean) {
    this.#screen = screen;
    this.#version = version;
    this.#showsAfter = showsAfter;
  }

  /** The computer must run: it is asked for its size. */
  static async create(
    computer: CommandRunner,
    options: AnthropicToolOptions = {},
  ): Promise<AnthropicComputerTool> {
    const { version = '20260801', screenshotAfterAction = version !== '20260801', ...rest } = options;
    return new AnthropicComputerTool(await ModelScreen.open(computer, rest), version, screenshotAfterAction);
  }

  /** The size in pixels at which the model sees the screen. */
  get modelSize(): Size {
    return this.#screen.scaling.model;
  }

  /** What goes into a request's `tools`. */
  get definition(): AnthropicToolDefinition {
    if (this.#version === '20260801') return { type: 'computer_toolset_20260801' };
    const { width, height } = this.#screen.scaling.model;
    return {
      type: `computer_${this.#version}`,
      name: 'computer',
      display_width_px: width,
      display_height_px: height,
      ...(this.#version === '20251124' ? { enable_zoom: true } : {}),
    };
  }

  /** What goes into a request's `betas`. */
  get betas(): string[] {
    return [...BETAS[this.#version]];
  }

  /** Whether a `tool_use` block is meant for this tool. */
  isFor(use: AnthropicToolUse): boolean {
    return this.#version === '20260801' ? use.toolset_name === 'computer' : use.name === 'computer';
  }

  /**
   * Carries out a `tool_use` block and answers with its `tool_result`. What the model did wrong, or the desktop refused,
   * is a result with `is_error`. Throws `cancelled`, and what no model can mend, such as `guest_unavailable`.
   */
  async run(use: AnthropicToolUse, options: CallOptions = {}): Promise<AnthropicToolResult> {
    const isMember = this.#version === '20260801';
    const result = {
      type: 'tool_result' as const,
      tool_use_id: use.id,
      ...(isMember ? { toolset_name: 'computer' as const } : {}),
    };
    try {
      return { ...result, content: await this.#carryOut(actionOf(use, isMember), options) };
    } catch (error) {
      return { ...result, content: [{ type: 'text', text: failureText(error) }], is_error: true };
    }
  }

  async #carryOut({ name, input }: Action, options: CallOptions): Promise<AnthropicContent[]> {
    const plan = anthropicPlan(name, input, this.#screen.scaling, this.#version);
    const shown = await this.#screen.run(plan, options);
    if (shown.kind === 'picture') return [imageOf(shown.picture)];
    if (shown.kind === 'position') return [{ type: 'text', text: `X=${shown.point.x},Y=${shown.point.y}` }];
    if (this.#showsAfter) return [imageOf(await this.#screen.shot(options))];
    return [{ type: 'text', text: DONE[name as AnthropicActionName] }];
  }
}

interface Action {
  readonly name: string;
  readonly input: unknown;
}

/** A member of the toolset is named by the block; before it, the action was a field of the input. */
function actionOf(use: AnthropicToolUse, isMember: boolean): Action {
  if (isMember) return { name: use.name, input: use.input };
  const { action, ...input } = parseWith(ActionInput, use.input, 'computer', 'bad_params');
  return { name: action, input };
}

function imageOf({ data }: ModelPicture): AnthropicContent {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}

/** What the model reads after an action that shows nothing. */
const DONE: Readonly<Record<AnthropicActionName, string>> = {
  key: 'Pressed.',
  type: 'Typed.',
  cursor_position: 'Done.',
  mouse_move: 'Moved the mouse.',
  left_click: 'Clicked.',
  right_click: 'Right-clicked.',
  middle_click: 'Middle-clicked.',
  double_click: 'Double-clicked.',
  triple_click: 'Triple-clicked.',
  left_click_drag: 'Dragged.',
  left_mouse_down: 'Left mouse button pressed.',
  left_mouse_up: 'Left mouse button released.',
  scroll: 'Scrolled.',
  hold_key: 'Held.',
  wait: 'Waited.',
  screenshot: 'Done.',
  zoom: 'Done.',
};
