// What a text looks like: letters that tesseract takes for each other are the same.

const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[i|!1[\]]/g, 'l'],
  [/[0°]/g, 'o'],
  [/[5$]/g, 's'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/cl/g, 'd'],
];

export function likeness(text: string): string {
  return ALIKE.reduce((left, [letters, one]) => left.replaceAll(letters, one), text.toLowerCase());
}
