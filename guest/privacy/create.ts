// What keeps secrets out of captures, put together from the guest's parts.
import type { TreeReport } from '../../protocol/tree.ts';
import type { Accessibility } from '../accessibility/accessibility.ts';
import type { Browser } from '../browser/browser.ts';
import type { Clock } from '../clock.ts';
import type { Input } from '../input/input.ts';
import type { Screen } from '../screen/screen.ts';
import { PrivacyGuard } from './guard.ts';
import { KeyFocusReader } from './key-focus.ts';
import { createSceneReader } from './scene-reader.ts';
import { TypingWatch } from './typing.ts';

export interface PrivacyParts {
  readonly accessibility: Accessibility;
  readonly readTree: (signal: AbortSignal) => Promise<TreeReport>;
  readonly input: Pick<Input, 'pointerDelivered'>;
  readonly screen: Pick<Screen, 'size'>;
  readonly browser: Pick<Browser, 'focusesPassword'>;
  readonly clock: Clock;
}

export interface GuestPrivacy {
  readonly guard: PrivacyGuard;
  readonly typing: TypingWatch;
}

export function createPrivacy(parts: PrivacyParts): GuestPrivacy {
  const { accessibility, readTree, input, screen, browser, clock } = parts;
  const readWindows: Accessibility['readWindows'] = () => accessibility.readWindows();
  const look = createSceneReader({ readTree, readWindows, size: () => screen.size() });
  const guard = new PrivacyGuard({ look, clock });
  const pointerDelivered = (): Promise<void> => input.pointerDelivered();
  const keyFocus = new KeyFocusReader({ accessibility, readTree, pointerDelivered, clock });
  return { guard, typing: new TypingWatch({ focus: keyFocus, guard, browser }) };
}
