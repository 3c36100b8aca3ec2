// Hides rectangles of the screen, whatever they show.
import type { Bounds } from '../primitives.ts';
import { onScreen } from './places.ts';
import type { Redactor } from './redactor.ts';

export function regionRedactor(regions: readonly Bounds[]): Redactor {
  return {
    rule: 'region',
    needs: 'nothing',
    places: ({ size }) => regions.flatMap((region) => onScreen(region, size) ?? []),
    hides: () => false,
    maskText: (text) => text,
  };
}
