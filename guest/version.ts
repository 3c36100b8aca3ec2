// The agent's version, from its own package file.
import { createRequire } from 'node:module';
import { z } from 'zod';

const { version } = z.object({ version: z.string() }).parse(createRequire(import.meta.url)('./package.json'));
export const VERSION = version;
