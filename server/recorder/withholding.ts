// What of a call and its reply reaches the disk: fields that the table calls private are left out, long ones shortened.
import type { ErrorBody } from '../../protocol/errors.ts';
import type { CommandSpec } from '../../protocol/commands/spec.ts';

export interface Withheld {
  readonly value: unknown;
  /** Names of the fields that are not there as they were. */
  readonly masked?: string[];
  readonly shortened?: string[];
}

/** A call's masked texts, kept in memory until its reply: no answer may bring them to the disk. */
export type Secrets = readonly string[];

/** Above this a row's value is shortened field by field. Characters of JSON. */
const VALUE_LIMIT = 64 * 1024;
const FIELD_LIMIT = 4 * 1024;
const HEAD = 1000;
const MASK = '[masked]';

type Fields = Record<string, unknown>;

/** The arguments as they are recorded. */
export function recordedArgs(spec: CommandSpec, params: unknown): Withheld & { secrets: Secrets } {
  if (!isFields(params)) return { ...shorten(params), secrets: [] };
  const { redact } = spec;
  const secret = params['secret'] ? (redact.secretParams ?? []) : [];
  const masked = maskFields(maskFields(params, redact.params ?? [], withLength), secret, without);
  const names = [...(redact.params ?? []), ...secret].filter((name) => name in params);
  const secrets = secret.map((name) => params[name]).filter((value) => typeof value === 'string');
  return { ...shorten(masked), ...(names.length > 0 ? { masked: names } : {}), secrets };
}

/** The result as it is recorded. */
export function recordedResult(spec: CommandSpec, result: unknown, secrets: Secrets): Withheld {
  if (!isFields(result)) return shorten(result);
  const hidden = spec.redact.result ?? [];
  const telling = Object.keys(result).filter((name) => tells(result[name], secrets));
  const names = [...hidden.filter((name) => name in result), ...telling];
  const masked = maskFields(maskFields(result, hidden, withLength), telling, without);
  return { ...shorten(masked), ...(names.length > 0 ? { masked: names } : {}) };
}

/** An error as it is recorded: its text may quote what was to be kept out. */
export function recordedError(error: ErrorBody, secrets: Secrets): ErrorBody {
  if (!tells(error, secrets)) return error;
  return { code: error.code, message: `${MASK}: the message quoted a secret` };
}

/** An SDK's own event; the picture that Predicate's snapshots carry goes the way of all pictures. */
export function recordedEvent(data: Fields, screenshots: boolean): Fields {
  return screenshots ? data : maskFields(data, ['screenshot_base64'], withLength);
}

function tells(value: unknown, secrets: Secrets): boolean {
  if (secrets.length === 0 || value === undefined) return false;
  const text = JSON.stringify(value);
  return secrets.some((secret) => secret !== '' && text.includes(JSON.stringify(secret).slice(1, -1)));
}

function maskFields(
  fields: Fields,
  names: readonly string[],
  mask: (name: string, value: unknown) => Fields,
): Fields {
  if (names.length === 0) return fields;
  const entries = Object.entries(fields).map(([name, value]) =>
    names.includes(name) ? mask(name, value) : { [name]: value },
  );
  return Object.assign({}, ...entries) as Fields;
}

function withLength(name: string, value: unknown): Fields {
  return typeof value === 'string' ? { [`${name}_length`]: value.length } : {};
}

function without(): Fields {
  return {};
}

function shorten(value: unknown): Withheld {
  if (value === undefined || JSON.stringify(value).length <= VALUE_LIMIT) return { value };
  if (!isFields(value)) return { value: null, shortened: ['*'] };
  const long = Object.keys(value).filter((name) => JSON.stringify(value[name] ?? null).length > FIELD_LIMIT);
  return { value: maskFields(value, long, beginning), shortened: long };
}

function beginning(name: string, value: unknown): Fields {
  if (typeof value === 'string') return { [name]: value.slice(0, HEAD), [`${name}_length`]: value.length };
  return { [name]: null };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
