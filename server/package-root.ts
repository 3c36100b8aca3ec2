// The folder of the project, in a checkout and in an installed package alike, and its version.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseJson } from '../protocol/codec.ts';

/** The nearest folder above this file that has `package.json` and `images/`. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let dir = start; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json')) && existsSync(join(dir, 'images'))) return dir;
  }
  throw new Error(`no folder with package.json and images/ above ${start}`);
}

/** The version in the package's own file. */
export function packageVersion(): string {
  const file = z.object({ version: z.string() });
  return file.parse(parseJson(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).version;
}
