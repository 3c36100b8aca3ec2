// Writes `schemas/predicate-trace.schema.json` anew: `node test/support/write-schema.ts`, after a change of its source.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PREDICATE_SCHEMA } from '../../trace/predicate/schema.ts';

const folder = join(import.meta.dirname, '../../schemas');
await mkdir(folder, { recursive: true });
const path = join(folder, 'predicate-trace.schema.json');
const style = { ...(await resolveConfig(path)), parser: 'json' };
await writeFile(path, await format(JSON.stringify(PREDICATE_SCHEMA), style));
