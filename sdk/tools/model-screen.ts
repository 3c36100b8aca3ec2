// A desktop as a model's computer tool works it: action plans carried out, and the screen at the model's size.
import sharp from 'sharp';
import type { ActionPlan, CommandStep } from '../../protocol/vocabulary/plan.ts';
import { scalingFor, toModel, unscaled, type Scaling } from '../../protocol/vocabulary/scaling.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Point, Size } from '../../protocol/primitives.ts';
import type { Call, CallOptions } from '../interface/call.ts';
import { defined } from '../options.ts';

/** What the tools need of a computer; a `Computer` is one. */
export interface CommandRunner {
  readonly command: Call;
}

export interface ModelScreenOptions {
  /**
   * The size that the model sees. `auto` (default): XGA, WXGA or FWXGA where the screen is larger; `none`: the screen's
   * own; or pixels.
   */
  scale?: 'auto' | 'none' | Size;
  /** Seconds to wait at the most until the screen has come to rest, before it is shown. 0 does not wait. Default 3. */
  settle?: number;
}

export interface ModelPicture {
  /** A PNG file, base64. */
  readonly data: string;
  readonly size: Size;
  /** The hash of the whole screen's pixels, by which the trace knows it too. */
  readonly frame: string;
}

/** What the last step of a plan answered with. */
export type Shown =
  { kind: 'nothing' } | { kind: 'picture'; picture: ModelPicture } | { kind: 'position'; point: Point };

const NOTHING: Shown = { kind: 'nothing' };

export class ModelScreen {
  readonly #computer: CommandRunner;
  readonly #options: Required<ModelScreenOptions>;
  #scaling: Scaling;

  private constructor(computer: CommandRunner, options: Required<ModelScreenOptions>, screen: Size) {
    this.#computer = computer;
    this.#options = options;
    this.#scaling = scale(screen, options.scale);
  }

  /** Asks the desktop for its size. */
  static async open(computer: CommandRunner, options: ModelScreenOptions = {}): Promise<ModelScreen> {
    const { size } = await computer.command('get_screen_size', {});
    return new ModelScreen(computer, { scale: 'auto', settle: 3, ...options }, size);
  }

  /** The screen's size and the model's, as of the last screenshot. */
  get scaling(): Scaling {
    return this.#scaling;
  }

  /** Carries out a plan. Keys that it holds are let go whatever happens. */
  async run(plan: ActionPlan, options: CallOptions = {}): Promise<Shown> {
    if (plan.shows === 'screen') return { kind: 'picture', picture: await this.shot(options) };
    const held: string[] = [];
    try {
      for (const key of plan.hold) {
        held.unshift(key);
        await this.#computer.command('key_down', { key }, options);
      }
      let shown = NOTHING;
      for (const step of plan.steps) shown = await this.#step(step, options);
      return shown;
    } finally {
      await this.#letGo(held, options);
    }
  }

  /** Not by the caller's signal: a run that was cancelled does not leave keys down. One that fails leaves no other down. */
  async #letGo(keys: readonly string[], { stepId }: CallOptions): Promise<void> {
    const [key, ...others] = keys;
    if (key === undefined) return;
    try {
      await this.#computer.command('key_up', { key }, defined({ stepId }));
    } finally {
      await this.#letGo(others, defined({ stepId }));
    }
  }

  /** The screen once it has come to rest, at the model's size. `settle` as in the options. */
  async shot(options: CallOptions = {}, settle = this.#options.settle): Promise<ModelPicture> {
    await this.#settled(settle, options);
    const shot = await this.#computer.command('screenshot', {}, options);
    const { image_data: data, width, height, frame } = shot;
    this.#scaling = scale({ width, height }, this.#options.scale);
    const { model } = this.#scaling;
    if (model.width === width && model.height === height) return { data, size: model, frame };
    const resized = await sharp(Buffer.from(data, 'base64'))
      .resize({ ...model, fit: 'fill' })
      .png()
      .toBuffer();
    return { data: resized.toString('base64'), size: model, frame };
  }

  async #step(step: CommandStep, options: CallOptions): Promise<Shown> {
    if (step.command === 'zoom') {
      const shot = await this.#computer.command('zoom', step.params, options);
      const { image_data: data, width, height, frame } = shot;
      return { kind: 'picture', picture: { data, size: { width, height }, frame } };
    }
    if (step.command === 'get_cursor_position') {
      const { position } = await this.#computer.command('get_cursor_position', {}, options);
      return { kind: 'position', point: toModel(this.#scaling, position) };
    }
    await this.#computer.command(step.command, step.params, options);
    return NOTHING;
  }

  /** A screen that does not come to rest, such as a film, is shown as it is. */
  async #settled(settle: number, options: CallOptions): Promise<void> {
    if (settle === 0) return;
    try {
      await this.#computer.command('wait_for', { settled: true, timeout: settle }, options);
    } catch (error) {
      if (!(error instanceof DeskreelError) || !UNSETTLED.has(error.code)) throw error;
    }
  }
}

const UNSETTLED: ReadonlySet<string> = new Set(['not_ready', 'timeout']);

function scale(screen: Size, wanted: 'auto' | 'none' | Size): Scaling {
  if (wanted === 'none') return unscaled(screen);
  return wanted === 'auto' ? scalingFor(screen) : { screen, model: wanted };
}
