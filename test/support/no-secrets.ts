// A guard that has nothing to hide, and looks at nothing.
import { systemClock } from '../../guest/clock.ts';
import { PrivacyGuard } from '../../guest/privacy/guard.ts';

export function nothingToHide(): PrivacyGuard {
  const unseen = (): Promise<never> => Promise.reject(new Error('there is nothing to look for'));
  return new PrivacyGuard({ look: { read: unseen, around: unseen }, clock: systemClock });
}
