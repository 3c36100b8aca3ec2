// Hides windows by what their titles contain, in whatever case; and the titles themselves, wherever they stand.
import type { Redactor } from './redactor.ts';
import { textRedactor } from './text-redactor.ts';

export function titleRedactor(titles: readonly string[]): Redactor {
  const wanted = titles.map((title) => title.toLowerCase());
  const matches = (title: string): boolean => {
    const lower = title.toLowerCase();
    return wanted.some((one) => lower.includes(one));
  };
  const inTexts = textRedactor('title', titles);
  return {
    ...inTexts,
    places: (scene) => [
      ...scene.windows.filter(({ title }) => matches(title)).map(({ bounds }) => bounds),
      ...inTexts.places(scene),
    ],
    hides: () => false,
  };
}
