// What of a call and its reply reaches the disk: fields that the table calls private are left out, long ones shortened.
import type { ErrorBody } from '../../protocol/errors.ts';
import type { CommandSpec } from '../../protocol/commands/spec.ts';
import { MASK, type MaskRule } from '../../protocol/privacy/rules.ts';
import { hideIn, type Hidden, type Hider } from './hiding.ts';
import { isRecord } from '../../protocol/record.ts';

export interface Withheld {
  readonly value: unknown;
  /** Names of the fields that are not there as they were. */
  readonly masked?: string[];
  readonly shortened?: string[];
}

/** Above this a row's value is shortened field by field. Characters of JSON. */
const VALUE_LIMIT = 64 * 1024;
const FIELD_LIMIT = 4 * 1024;
const HEAD = 1000;

type Fields = Record<string, unknown>;

/** What was left out of a value, and by which rules. */
export interface Recorded extends Withheld {
  readonly rules: readonly MaskRule[];
}

/** The arguments as they are recorded. `rule`: why the keys among them are not recorded at all. */
export function recordedArgs(
  spec: CommandSpec,
  params: unknown,
  rule: MaskRule | undefined,
  hiders: readonly Hider[],
): Recorded {
  if (!isRecord(params)) return hiddenAndShort(params, [], [], hiders);
  const { redact } = spec;
  const secret = rule ? (redact.secretParams ?? []) : [];
  const masked = maskFields(maskFields(params, redact.params ?? [], withLength), secret, without);
  const names = [...(redact.params ?? []), ...secret].filter((name) => name in params);
  return hiddenAndShort(masked, names, rule ? [rule] : [], hiders);
}

/** A short text is not looked for elsewhere, but its own answer may quote it. `rule`: why its keys are not recorded. */
export function ownHiders(spec: CommandSpec, params: unknown, rule: MaskRule | undefined): Hider[] {
  if (!rule || !isRecord(params)) return [];
  const typed = (spec.redact.secretParams ?? []).flatMap((name) => params[name]);
  const texts = typed
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map(String)
    .filter((one) => one !== '');
  return texts.map((text) => ({ rule, maskText: (shown) => shown.replaceAll(text, MASK) }));
}

/** Whether the caller says that what the keys write is secret; what is no boolean counts, too. */
export function saysSecret(params: unknown): boolean {
  return isRecord(params) && Boolean(params['secret']);
}

/** The result as it is recorded. */
export function recordedResult(spec: CommandSpec, result: unknown, hiders: readonly Hider[]): Recorded {
  if (!isRecord(result)) return hiddenAndShort(result, [], [], hiders);
  const hidden = spec.redact.result ?? [];
  const names = hidden.filter((name) => name in result);
  return hiddenAndShort(maskFields(result, hidden, withLength), names, [], hiders);
}

/** An error as it is recorded: its text may quote what was to be kept out. */
export function recordedError(
  error: ErrorBody,
  hiders: readonly Hider[],
): { error: ErrorBody; rules: readonly MaskRule[] } {
  const { value, rules } = hideIn({ message: error.message, details: error.details }, hiders);
  if (rules.length === 0) return { error, rules };
  const { message, details } = value as Pick<ErrorBody, 'message' | 'details'>;
  return { error: { code: error.code, message, ...(details === undefined ? {} : { details }) }, rules };
}

/** An SDK's own event; the picture that Predicate's snapshots carry goes the way of all pictures. */
export function recordedEvent(data: Fields, screenshots: boolean, hiders: readonly Hider[]): Hidden {
  const shown = screenshots ? data : maskFields(data, ['screenshot_base64'], withLength);
  return hideIn(shown, hiders);
}

/** Hidden first: what is cut in the middle could not be found any more. */
function hiddenAndShort(
  value: unknown,
  names: readonly string[],
  rules: readonly MaskRule[],
  hiders: readonly Hider[],
): Recorded {
  const hidden = hideIn(value, hiders);
  const masked = [...names, ...hidden.fields.filter((name) => !names.includes(name))];
  const all = [...new Set([...rules, ...hidden.rules])];
  return { ...shorten(hidden.value), ...(masked.length > 0 ? { masked } : {}), rules: all };
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
  if (!isRecord(value)) return { value: null, shortened: ['*'] };
  const long = Object.keys(value).filter((name) => JSON.stringify(value[name] ?? null).length > FIELD_LIMIT);
  return { value: maskFields(value, long, beginning), shortened: long };
}

function beginning(name: string, value: unknown): Fields {
  if (typeof value === 'string') return { [name]: value.slice(0, HEAD), [`${name}_length`]: value.length };
  return { [name]: null };
}
