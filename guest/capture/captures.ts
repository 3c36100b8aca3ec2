// What the recorder gets to see of a command: the frame before it, the frame it led to, and the tree.
import type { CaptureWish, FromGuest } from '../../protocol/link.ts';
import type { Shot } from '../screen/shot.ts';

/** Where captured frames and trees go. Without `png` the receiver has that frame's picture already. */
export type SendCapture = (message: FromGuest, png?: Uint8Array) => void;

export interface Captures {
  /**
   * Runs `work` between its before and after frames. Returns as soon as the work is done; the after frame follows
   * when the screen has settled, or is taken unsettled when the next input begins. A capture that fails is sent as
   * evidence and never fails the work.
   */
  around<T>(callId: string, wish: CaptureWish, work: () => Promise<T>): Promise<T>;
  /** A frame (and a tree) of this moment. */
  capture(captureId: string, when: 'initial' | 'final', tree: boolean): Promise<void>;
  /** The recorder's copy of a picture that a client asked for, where that may not be recorded as it is. */
  requested(callId: string, shot: Shot): void;
  /** From now on, or not any more: a frame whenever the screen has changed. */
  film(on: boolean): void;
  /** The receiver has none of the frames sent so far. */
  forget(): void;
  /** The link is gone: what is still watched for has no receiver. */
  close(): void;
}
