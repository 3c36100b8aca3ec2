// A desktop as a source of snapshots and a place to act.
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';
import { desktopSnapshot, type Settling } from '../../protocol/snapshot/desktop/from-desktop.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import type { CallOptions } from '../connection/command-session.ts';
import type { ComputerInterface } from '../interface/computer-interface.ts';
import { snakeKeys } from '../names.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Action, ActionOutcome } from './actions.ts';
import type { ActionContext, SnapshotOptions, SnapshotSource } from './source.ts';

const DEFAULT_LIMIT = 200;
const SETTLE_MS = 3000;
/** One SCROLL. */
const WHEEL_CLICKS = 5;

type Doer = (action: Action, context: ActionContext, call: CallOptions) => Promise<void>;

/** What it needs of a desktop. */
export type DesktopMethods = Pick<
  ComputerInterface,
  | 'getAccessibilityTree'
  | 'getScreenSize'
  | 'screenshotDetails'
  | 'leftClick'
  | 'hotkey'
  | 'typeText'
  | 'pressKey'
  | 'scrollDirection'
  | 'waitFor'
>;

export class DesktopSource implements SnapshotSource {
  readonly #desktop: DesktopMethods;

  constructor(desktop: DesktopMethods) {
    this.#desktop = desktop;
  }

  async snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
    const { limit = DEFAULT_LIMIT, screenshot = false, settleMs = SETTLE_MS } = options;
    const call = callOptions(options);
    const settling = settleMs > 0 ? await this.#settle(settleMs, call) : undefined;
    const size = await this.#desktop.getScreenSize(call);
    const report = snakeKeys(await this.#desktop.getAccessibilityTree(call)) as TreeReport;
    const snapshot = desktopSnapshot({ report, size, settling, limit, now: Date.now() });
    return screenshot ? { ...snapshot, ...(await this.#picture(options)) } : snapshot;
  }

  async act(action: Action, context: ActionContext): Promise<ActionOutcome> {
    try {
      await this.#do(action, context);
      return { success: true };
    } catch (thrown) {
      return { success: false, error: toDeskreelError(thrown).message };
    }
  }

  async #settle(settleMs: number, call: CallOptions): Promise<Settling> {
    try {
      const { waitedMs } = await this.#desktop.waitFor(
        { settled: true },
        { timeout: settleMs / 1000, ...call },
      );
      return { settled: true, waitedMs };
    } catch (thrown) {
      const error = toDeskreelError(thrown);
      // A video, a spinner: the snapshot says that it is not sure.
      if (error.code === 'not_ready' || error.code === 'not_found')
        return { settled: false, waitedMs: settleMs };
      throw error;
    }
  }

  async #picture(options: SnapshotOptions): Promise<Partial<Snapshot>> {
    const { screenshotFormat: format = 'jpeg', screenshotQuality: quality = 80 } = options;
    try {
      const shot = await this.#desktop.screenshotDetails({ format, quality, ...callOptions(options) });
      return {
        screenshot: shot.image.toString('base64'),
        screenshot_format: shot.format,
        frame: shot.frame,
      };
    } catch (thrown) {
      return { evidence: `no screenshot: ${toDeskreelError(thrown).message}` };
    }
  }

  async #do(action: Action, context: ActionContext): Promise<void> {
    await this.#doers[action.kind](action, context, callOptions(context));
  }

  readonly #doers: Record<Action['kind'], Doer> = {
    click: (action, context, call) => this.#desktop.leftClick(...centreOf(action, context), call),
    type: async (action, context, call) => {
      await this.#desktop.leftClick(...centreOf(action, context), call);
      await this.#desktop.typeText(action.text ?? '', { ...call, secret: isSecret(context) });
    },
    press: (action, _context, call) => this.#press(action.key ?? '', call),
    scroll: (action, _context, call) =>
      this.#desktop.scrollDirection(action.direction ?? 'down', WHEEL_CLICKS, call),
    navigate: async (action, _context, call) => {
      await this.#desktop.hotkey(['ctrl', 'l'], call);
      await this.#desktop.typeText(action.url ?? '', call);
      await this.#desktop.pressKey('enter', call);
    },
    finish: () => Promise.resolve(),
  };

  /** `Enter`, or keys together: `ctrl+s`. */
  async #press(key: string, call: CallOptions): Promise<void> {
    const keys = key.length > 1 ? key.split('+').map((one) => one.trim().toLowerCase()) : [key];
    if (keys.length > 1) await this.#desktop.hotkey(keys, call);
    else await this.#desktop.pressKey(keys[0] ?? '', call);
  }
}

/** A password is not to be read in the trace. */
export function isSecret({ element }: Pick<ActionContext, 'element'>): boolean {
  return element?.is_password === true;
}

function centreOf(action: Action, { element }: ActionContext): [number, number] {
  if (!element) {
    throw new DeskreelError('bad_request', `Element not found: id=${action.element_id ?? 'none'}`);
  }
  const { x, y, width, height } = element.bbox;
  return [Math.floor(x + width / 2), Math.floor(y + height / 2)];
}

function callOptions({
  stepId,
  signal,
}: Pick<SnapshotOptions, 'signal'> & { stepId?: string | undefined }): CallOptions {
  return { ...(stepId === undefined ? {} : { stepId }), ...(signal ? { signal } : {}) };
}
