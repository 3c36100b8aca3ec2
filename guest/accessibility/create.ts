// The accessibility part of the guest: buses, windows and focus, put together.
import { COMMANDS } from '../../protocol/commands/table.ts';
import type { Accessibility, AccessibilityOptions } from './accessibility.ts';
import { BusWatch } from './bus-watch.ts';
import { FocusTracker, readIfActive } from './focus.ts';
import { ElementIds } from './ids.ts';
import { liveElement } from './live-element.ts';
import { TreeReader } from './tree-reader.ts';
import { XWindows } from '../windows/x-windows.ts';

const FOCUS_MS = 20;
const LIST_MS = 2000;
const DEFAULT_LIMITS = COMMANDS.get_accessibility_tree.params.parse({});

/** Starts looking for the accessibility bus at once; what is asked before it was found waits for the first attempt. */
export function createAccessibility(options: AccessibilityOptions): Accessibility {
  const { clock, onStatus } = options;
  const focus = new FocusTracker(clock);
  const windows = new XWindows(options.display);
  const ids = new ElementIds(options.firstId);
  const closed = new AbortController();
  const watch = new BusWatch({
    sessionBusAddress: options.sessionBusAddress,
    clock,
    onFocus: focus.heard,
    onChange: (status) => {
      onStatus?.(status);
      // Events tell of changes only: what has the focus now is found by one reading. It rejects only when closed.
      if (status.bus) reader.read(DEFAULT_LIMITS, closed.signal).catch(() => undefined);
    },
  });
  const reader = new TreeReader({ watch, windows, ids, focus, clock });
  void watch.find();
  return {
    readTree: (limits, signal) => reader.read(limits, signal),
    async focusedElement(timeoutMs = FOCUS_MS) {
      const { place } = focus;
      if (!place) return undefined;
      const id = ids.idOf(place.bus.address, place.ref);
      try {
        return await readIfActive(place, id, windows.owners(), AbortSignal.timeout(timeoutMs));
      } catch {
        // Too late, or the element went away: what is focused is not known, and that is the answer.
        return undefined;
      }
    },
    element: (id) => liveElement(id, ids, watch.buses),
    focusMoved: (sinceMs, timeoutMs) => focus.moved(sinceMs, timeoutMs),
    async readWindows() {
      const [{ windows: managed }, popups] = await Promise.all([windows.read(), windows.readPopups()]);
      return [...managed, ...popups];
    },
    activeWindow: async () => (await windows.active())?.id,
    status: () => watch.status,
    applicationsWithoutTree: () => reader.treeless(AbortSignal.timeout(LIST_MS)),
    close() {
      closed.abort(new Error('the accessibility part is closing'));
      watch.close();
      windows.close();
    },
  };
}
