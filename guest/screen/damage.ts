// Which rows of the screen were drawn on since they were last fetched, as the X server's DAMAGE extension tells it.
import type { Clock } from '../clock.ts';
import type { Display } from '../x/display.ts';
import type { XEvent } from 'x11';

/** Rows from `top` up to, not including, `bottom`. */
export interface Rows {
  readonly top: number;
  readonly bottom: number;
}

export interface Damage {
  /** Whether anything was drawn since `take`, as far as the server's messages have arrived. */
  dirty(): boolean;
  /**
   * The rows drawn on, clean from now on. The server is told in order with other requests: what it draws after
   * them is reported again.
   */
  take(): Rows | undefined;
  /** Puts rows back that could not be fetched after all. */
  add(rows: Rows): void;
  onDamage(listener: (atMs: number) => void): () => void;
}

/**
 * While much is drawn the server reports only what lies outside of what it has reported; so often, in
 * milliseconds, it is asked to begin anew, which bounds how wrong the time of the last damage can be.
 */
const REARM_MS = 10;

interface DamageExtension {
  ReportLevel: { BoundingBox: number };
  Create(damage: number, drawable: number, level: number): void;
  Subtract(damage: number, repair: number, parts: number): void;
}

interface DamageNotify extends XEvent {
  damage: number;
  area: { x: number; y: number; w: number; h: number };
}

export async function watchDamage(display: Display, clock: Clock): Promise<Damage> {
  // The extension's type is not known to the package, which ships none.
  const extension = (await display.extension('damage')) as unknown as DamageExtension;
  const id = display.client.AllocID();
  const listeners = new Set<(atMs: number) => void>();
  let rows: Rows | undefined;
  let rearmPending = false;

  const rearm = (): void => {
    rearmPending = false;
    extension.Subtract(id, 0, 0);
  };
  const add = (more: Rows): void => {
    rows = rows ? { top: Math.min(rows.top, more.top), bottom: Math.max(rows.bottom, more.bottom) } : more;
  };
  display.onEvent((event) => {
    if (!isDamage(event, id)) return;
    const { y, h } = event.area;
    add({ top: y, bottom: y + h });
    if (!rearmPending) {
      rearmPending = true;
      clock.after(REARM_MS, rearm);
    }
    for (const listener of listeners) listener(clock.now());
  });
  extension.Create(id, display.root, extension.ReportLevel.BoundingBox);

  return {
    dirty: () => rows !== undefined,
    take: () => {
      const taken = rows;
      rows = undefined;
      extension.Subtract(id, 0, 0);
      return taken;
    },
    add,
    onDamage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isDamage(event: XEvent, id: number): event is DamageNotify {
  return event.name === 'DamageNotify' && event['damage'] === id;
}
