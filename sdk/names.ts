// Keys in either case: options are taken as snake_case or camelCase, answers are given in camelCase.
import { DeskreelError } from '../protocol/errors.ts';

export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

export type SnakeCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : S;

/** The same options with each key in camelCase or in snake_case. */
export type EitherCase<T> = T & { [K in keyof T as SnakeCase<K & string>]?: T[K] };

/** Options whose keys are all in snake_case, those that must be there too. */
export type InSnakeCase<T> = { [K in keyof T as SnakeCase<K & string>]: T[K] };

/** A value with all of its keys in camelCase, at every depth. */
export type CamelKeys<T> = T extends readonly (infer E)[]
  ? CamelKeys<E>[]
  : T extends object
    ? { [K in keyof T as CamelCase<K & string>]: CamelKeys<T[K]> }
    : T;

export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Renames all keys at every depth. For values whose keys are Deskreel's own: never for what users named. */
export function camelKeys<T>(value: T): CamelKeys<T> {
  return renamed(value, camelCase) as CamelKeys<T>;
}

/** The same, back to the wire's names. */
export function snakeKeys(value: unknown): unknown {
  return renamed(value, snakeCase);
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [rename(key), renamed(inner, rename)]);
  return Object.fromEntries(entries);
}

/** Options with their first-level keys brought to one case. Throws `bad_request` where an option is given in both. */
export function keysIn(toCase: (name: string) => string, options: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    const name = toCase(key);
    if (Object.hasOwn(result, name)) {
      throw new DeskreelError('bad_request', `option ${key} is given twice, in snake_case and in camelCase`);
    }
    result[name] = value;
  }
  return result;
}
