// Whether a desktop that has just started has been painted: its parts have drawn, and then came to rest.
import type { Clock } from '../clock.ts';
import type { Screen } from './screen.ts';

/** Milliseconds without drawing after which the first paint is over. */
const REST_MS = 100;

/** Asked again and again while a desktop starts; once it was painted it stays so. */
export function watchFirstPaint(
  screen: Pick<Screen, 'onDamage'>,
  clock: Clock,
): (partsThere: boolean) => boolean {
  let lastDrawn = clock.now();
  let painted = false;
  const stop = screen.onDamage(() => {
    lastDrawn = clock.now();
  });
  return (partsThere) => {
    if (painted || !partsThere || clock.now() - lastDrawn < REST_MS) return painted;
    painted = true;
    stop();
    return true;
  };
}
