// Which state of a desktop may follow which. One table; `removed` is final.
import type { DesktopState } from '../../protocol/desktop.ts';

const NEXT: Readonly<Record<DesktopState, readonly DesktopState[]>> = {
  creating: ['ready', 'removed'],
  ready: ['paused', 'restarting', 'lost', 'removed'],
  paused: ['ready', 'restarting', 'lost', 'removed'],
  restarting: ['ready', 'lost', 'removed'],
  lost: ['restarting', 'paused', 'removed'],
  removed: [],
};

export function mayFollow(from: DesktopState, to: DesktopState): boolean {
  return NEXT[from].includes(to);
}
