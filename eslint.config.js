// Type-checked rules, size limits, and the import boundaries between rooms.
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Which rooms a room may import; everything else in the checkout is refused. */
const ROOMS = {
  protocol: [],
  trace: ['protocol'],
  guest: ['protocol'],
  server: ['protocol', 'trace'],
  sdk: ['protocol', 'trace', 'server'],
  cli: ['sdk', 'trace', 'server', 'protocol'],
};
const ALL = ['protocol', 'trace', 'guest', 'server', 'sdk', 'cli', 'web', 'test', 'bench', 'setup'];

const boundaries = Object.entries(ROOMS).map(([room, allowed]) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: ALL.filter((other) => other !== room && !allowed.includes(other)).map((other) => ({
          regex: `^(\\.\\./)+${other}/`,
          message: `${room}/ does not import ${other}/`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['**/node_modules/**', 'dist/**', 'test/fixtures/**', 'web/**/vendor/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'no-console': 'error',
    },
  },
  ...boundaries,
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      // node:test's describe and it return promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test'] },
          ],
        },
      ],
    },
  },
  { files: ['cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  { files: ['web/**/*.js'], languageOptions: { globals: globals.browser } },
);
