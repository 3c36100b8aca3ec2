// Whether the desktop is whole, and what is missing.
import type { GuestStatus } from '../../protocol/link.ts';
import type { DesktopParts } from '../desktop/parts.ts';
import type { Accessibility } from '../accessibility/accessibility.ts';

type Gap = GuestStatus['missing'][number];

export interface StatusParts {
  readonly desktop: DesktopParts;
  /** Whether the first paint is over, given whether the desktop's parts are there. */
  readonly painted: (partsThere: boolean) => boolean;
  readonly accessibility: Pick<Accessibility, 'status' | 'applicationsWithoutTree'>;
  /** What the parts that were built at start can do, and what they lack. */
  readonly features: readonly string[];
  readonly gaps: readonly Gap[];
}

/** The state before anything was looked at. */
export const UNSEEN: GuestStatus = { status: 'ok', os_type: 'linux', features: [], missing: [] };

export async function readStatus(parts: StatusParts): Promise<GuestStatus> {
  const [desktop, trees] = await Promise.all([
    parts.desktop.missing(),
    accessibilityGaps(parts.accessibility),
  ]);
  const painted = parts.painted(desktop.length === 0);
  const screen = painted ? [] : [{ part: 'screen', reason: 'the desktop is being painted' }];
  const missing = [...parts.gaps, ...desktop, ...screen, ...trees];
  return {
    status: missing.length === 0 ? 'ok' : 'degraded',
    os_type: 'linux',
    features: [...parts.features],
    missing,
  };
}

async function accessibilityGaps(accessibility: StatusParts['accessibility']): Promise<Gap[]> {
  const { bus, reason } = accessibility.status();
  if (!bus) return [{ part: 'accessibility', reason: reason ?? 'the accessibility bus does not answer' }];
  const cutOff = await accessibility.applicationsWithoutTree();
  return cutOff.map(({ title, pid }) => ({
    part: `tree of "${title}"`,
    reason: `its program (process ${pid ?? 'unknown'}) is not on the accessibility bus; it joins when it is restarted`,
  }));
}
