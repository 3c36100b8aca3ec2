// What the rest of the guest may ask of the accessibility bus.
import type { CommandParams } from '../../protocol/commands/table.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import type { LiveElement } from './live-element.ts';
import type { XWindow } from '../windows/x-windows.ts';

export interface AccessibilityOptions {
  /** The session bus, as in `DBUS_SESSION_BUS_ADDRESS`. */
  readonly sessionBusAddress: string;
  /** The X display, as in `DISPLAY`. */
  readonly display: string;
  readonly clock: Clock;
  /** The number of the first element's id (1). */
  readonly firstId?: number;
  /** Told when the bus came, went or could not be reached. */
  readonly onStatus?: (status: AccessibilityStatus) => void;
}

export interface AccessibilityStatus {
  /** The accessibility bus answers. */
  readonly bus: boolean;
  /** Why not, where it does not. */
  readonly reason?: string | undefined;
}

type TreeParams = CommandParams<'get_accessibility_tree'>;
/** Which part of the desktop, and how much of it. */
export type TreeLimits = Pick<TreeParams, 'max_nodes' | 'max_depth' | 'timeout'> &
  Partial<Pick<TreeParams, 'scope' | 'pid'>>;

/** The element with the keyboard focus. `password text` is the role of a password field. */
export interface FocusedElement {
  /** The id that the same element has in a tree. */
  readonly id: string;
  readonly role: string;
  readonly title: string;
  readonly states: readonly string[];
  /** The whole text, where the element has one and it is not longer than `MAX_TEXT`. */
  readonly text?: string | undefined;
  /** In characters (code points), not UTF-16 units. */
  readonly caret?: number | undefined;
  /** In characters; more than `text` holds where that was cut. */
  readonly length?: number | undefined;
}

/** A window that X shows and whose program has no tree. */
export interface TreelessApplication {
  readonly pid: number | undefined;
  readonly title: string;
}

export interface Accessibility {
  /**
   * Every application's tree under one `desktop frame`. Applications that do not answer within `limits.timeout`
   * seconds are named in `unavailable`; so is the bus itself when it is down. Rejects only when `signal` ends.
   */
  readTree(limits: TreeLimits, signal: AbortSignal): Promise<TreeReport>;
  /** The element that a tree gave this id to. Throws `stale_element` where it is gone. */
  element(id: string): LiveElement;
  /** The focused element, undefined where none is known or it does not answer within `timeoutMs` (20). */
  focusedElement(timeoutMs?: number): Promise<FocusedElement | undefined>;
  /**
   * Resolves when a program told after `sinceMs` (by the clock) that an element of it took the focus, and nothing more
   * of that for a moment; or after `timeoutMs`.
   */
  focusMoved(sinceMs: number, timeoutMs: number): Promise<void>;
  /** Every window that X shows, menus and popovers too. Rejects where no X server answers. */
  readWindows(): Promise<readonly XWindow[]>;
  /** The window that has the focus, as the window manager tells it. */
  activeWindow(): Promise<number | undefined>;
  status(): AccessibilityStatus;
  /** Windows whose programs are on no accessibility bus: started without one, or cut off when it was killed. */
  applicationsWithoutTree(): Promise<readonly TreelessApplication[]>;
  close(): void;
}
