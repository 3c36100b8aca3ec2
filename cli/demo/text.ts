// What the demonstration types: symbols, accents, other scripts and an emoji.

export const DEMO_TEXT = [
  'Hello, World! {}[]<>|\\~`@#$%^&*() "quotes"',
  'ñ é ü ß, Ж и Ω, 漢字 and 😀',
  'Typed, saved by the menu, and read back by Deskreel.',
  '',
].join('\n');
