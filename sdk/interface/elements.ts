// Methods that find elements of the accessibility tree, use them by what their programs offer, and wait for them.
import type { CommandInput } from '../../protocol/commands/table.ts';
import type { ElementInfo } from '../../protocol/element.ts';
import type { TreeGap } from '../../protocol/tree.ts';
import type { Call, CallOptions } from './call.ts';

/** Which element is meant: an `id` alone, or any of `role`, `title`, `value` and `state`. */
export type ElementQuery = CommandInput<'find_element'>;
/** The same without `value`. */
export type ElementTarget = Omit<ElementQuery, 'value'>;
export type { ElementInfo };

export interface FoundElements {
  /** The best match: whole titles before parts, then what is on the screen, then the active window. */
  element: ElementInfo;
  /** All matches. */
  elements: ElementInfo[];
  /** Programs that could not be looked into. */
  unavailable: TreeGap[];
}

export interface InvokeOptions extends CallOptions {
  /** One of the element's actions. Default: its first. */
  action?: string;
}

export interface SetValueOptions extends CallOptions {
  /** The value is recorded masked. Default false. */
  secret?: boolean;
}

/** What to wait for; of several, all. */
export type WaitTarget = Omit<CommandInput<'wait_for'>, 'timeout'>;

export interface WaitOptions extends CallOptions {
  /** Seconds, 0 to 600. Default 10. */
  timeout?: number;
}

/** What was waited for. */
export interface Arrived {
  element?: ElementInfo | undefined;
  windowId?: number | undefined;
  waitedMs: number;
}

/**
 * Every method throws `not_found` where nothing fits, `not_ready` where an element is there in other states, and
 * `stale_element` for an id whose element is gone.
 */
export function elementMethods(call: Call) {
  return {
    /** Finds elements. Text is looked for inside of titles and values, whatever the case, unless `exact`. */
    async findElement(query: ElementQuery, options?: CallOptions): Promise<FoundElements> {
      const { unavailable = [], ...found } = await call('find_element', query, options);
      return { ...found, unavailable };
    },
    /** Does one of an element's actions, as its program offers them. Returns the element as it was before. */
    async invokeElement(query: ElementQuery, given: InvokeOptions = {}): Promise<ElementInfo> {
      const { action, ...options } = given;
      return (await call('invoke_element', { ...query, action }, options)).element;
    },
    /** Activates an element's window and gives the element the keyboard focus. */
    async focusElement(query: ElementQuery, options?: CallOptions): Promise<ElementInfo> {
      return (await call('focus_element', query, options)).element;
    },
    /** Sets an entry's text, a slider's number, or whether a box is checked. Returns the element as it is then. */
    async setElementValue(
      target: ElementTarget,
      value: string | number | boolean,
      { secret = false, ...options }: SetValueOptions = {},
    ): Promise<ElementInfo> {
      return (await call('set_element_value', { ...target, value, secret }, options)).element;
    },
    /**
     * Waits for an element (on the screen and enabled, or in the states asked for), a window, a text on the screen, or
     * a screen at rest. Throws `not_found` where it never came, `not_ready` where it was there and not as wanted.
     */
    async waitFor(target: WaitTarget, { timeout = 10, ...options }: WaitOptions = {}): Promise<Arrived> {
      const {
        element,
        window_id: windowId,
        waited_ms: waitedMs,
      } = await call('wait_for', { ...target, timeout }, options);
      return { element, windowId, waitedMs };
    },
  };
}

export type ElementMethods = ReturnType<typeof elementMethods>;
