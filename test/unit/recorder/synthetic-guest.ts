// A guest as the recorder sees one: it answers captures with real PNGs, each of which it sends once, as the agent does.
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { CommandName } from '../../../protocol/commands/table.ts';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import type { FrameInfo, FrameWhen } from '../../../protocol/frame.ts';
import type { KeyFocus } from '../../../protocol/link.ts';
import type { Mask, PrivacyRules } from '../../../protocol/privacy/rules.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type {
  CaptureMessage,
  CapturePort,
  CommandCall,
  CommandOutcome,
  GuestListener,
} from '../../../server/commands/observer.ts';
import type { TraceRecorder } from '../../../server/recorder/recorder.ts';

export interface Screen {
  readonly frame: string;
  readonly png: Buffer;
  /** Default 64 x 40. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** A small picture of one colour; equal numbers are equal screens. */
export async function screenOf(number: number): Promise<Screen> {
  const background = { r: number % 256, g: (number >> 8) % 256, b: 40 };
  const size = { width: 64, height: 40 };
  const pixels = await sharp({ create: { ...size, channels: 3, background } })
    .raw()
    .toBuffer();
  const png = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
  return { frame: frameIdOfPixels(size, pixels), png };
}

export interface CommandOptions {
  readonly command: CommandName;
  readonly params: unknown;
  /** The screen that it leads to; the present one, where it changes nothing. */
  readonly leadsTo?: Screen;
  readonly error?: CommandOutcome['error'];
  readonly result?: unknown;
  readonly actor?: CommandCall['actor'];
  readonly stepId?: string;
  /** The after-frame is held back until this is called. */
  readonly hold?: boolean;
  /** What the guest says that it masked in the after-frame. */
  readonly masks?: Mask[];
}

export const CLICK = { command: 'left_click', params: { x: 100, y: 200, button: 'left' } } as const;
export const AGENT = { kind: 'agent', id: 'test' } as const;

export class SyntheticGuest implements CapturePort {
  listener: GuestListener | undefined;
  available = true;
  screen: Screen;
  /** What it says has the focus. */
  focus: KeyFocus = 'plain';
  /** What it was told to keep out last. */
  told: { rules: PrivacyRules; texts: readonly string[] } | undefined;
  readonly #sent = new Set<string>();
  forgotten = 0;
  filming = false;
  /** What its windows hold. */
  elements: TreeNode[] = [];

  constructor(screen: Screen) {
    this.screen = screen;
  }

  capture(captureId: string, when: 'initial' | 'final'): void {
    if (!this.available) throw new Error('the desktop does not answer');
    queueMicrotask(() => this.#send({ type: 'frame', capture_id: captureId, when, info: this.info() }));
  }

  film(on: boolean): void {
    this.filming = on;
  }

  /** The screen changed while it is filmed. */
  changes(screen: Screen): void {
    this.screen = screen;
    if (this.filming) this.#send({ type: 'frame', when: 'video', info: this.info() });
  }

  forgetFrames(): void {
    this.forgotten += 1;
    this.#sent.clear();
  }

  askFocus(): Promise<KeyFocus> {
    return Promise.resolve(this.focus);
  }

  obey(rules: PrivacyRules, texts: readonly string[]): void {
    this.told = { rules, texts };
  }

  info(screen = this.screen): FrameInfo {
    const cursor = { x: 5, y: 6 };
    const size = screen.size ?? { width: 64, height: 40 };
    return { frame: screen.frame, ...size, cursor, grabbed_ms: 1000, settled: true, settle_ms: 12 };
  }

  frame(callId: string, when: FrameWhen, screen = this.screen, masks?: Mask[]): void {
    this.#send({ type: 'frame', call_id: callId, when, info: this.info(screen), masks }, screen);
  }

  /** A frame whose picture counts as sent although it was not. */
  frameWithoutPicture(callId: string, when: FrameWhen, screen: Screen): void {
    this.listener?.onCapture({ type: 'frame', call_id: callId, when, info: this.info(screen) }, undefined);
  }

  tree(callId: string, title: string): void {
    const children = this.elements;
    const tree: TreeNode = { id: '1', role: 'frame', title, states: ['active'], actions: [], children };
    const report = { tree, nodes: 1 + children.length, truncated: false, unavailable: [], duration_ms: 3 };
    this.#send({ type: 'tree', call_id: callId, when: 'after', report });
  }

  #send(message: CaptureMessage, screen = this.screen): void {
    const first = message.type === 'frame' && !this.#sent.has(screen.frame);
    if (first) this.#sent.add(screen.frame);
    this.listener?.onCapture(message, first ? screen.png : undefined);
  }
}

/** A command's whole way as the dispatcher walks it. Returns its call id; frames held back are sent by `late`. */
export function run(
  recorder: TraceRecorder,
  guest: SyntheticGuest,
  options: CommandOptions,
): { callId: string; late: () => void } {
  const call = callOf(options);
  recorder.onCall(call);
  const wish = recorder.wish(call);
  if (wish?.before) guest.frame(call.callId, 'before');
  guest.screen = options.leadsTo ?? guest.screen;
  const image = options.command === 'screenshot' ? { info: guest.info(), png: guest.screen.png } : undefined;
  const { error, result = {} } = options;
  recorder.onReply(call, { success: !error, result, error, durationMs: 1.5, image });
  const screen = guest.screen;
  const late = (): void => {
    if (wish?.after) guest.frame(call.callId, 'after', screen, options.masks);
    if (wish?.tree) guest.tree(call.callId, options.command);
  };
  if (!options.hold) late();
  return { callId: call.callId, late };
}

export function callOf(options: CommandOptions): CommandCall {
  return {
    callId: randomUUID(),
    requestId: undefined,
    command: options.command,
    params: options.params,
    actor: options.actor ?? AGENT,
    session: 'session-1',
    stepId: options.stepId,
  };
}
