// The JSON Schema of events as the package has it, by a validator of other people's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

export const SCHEMA_FILE = join(import.meta.dirname, '../../schemas/predicate-trace.schema.json');

const ajv = new Ajv2020({ validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as object);

export function fitsSchema(event: unknown): boolean {
  return validate(event);
}

/** Says what is wrong, and with which event. */
export function assertFitsSchema(event: unknown): void {
  assert.ok(validate(event), `${ajv.errorsText(validate.errors)} in ${JSON.stringify(event)}`);
}
