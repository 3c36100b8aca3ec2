// A recorded call as the lines of a script see it: its parameters as text of TypeScript.
import type { Step } from '../../steps.ts';
import { fieldsOf, type Fields, type SecretNames } from '../script.ts';
import type { ScriptNames } from './script-names.ts';

export class Told {
  readonly args: Fields;
  /** Empty where the result was not recorded. */
  readonly result: Fields;
  readonly names: ScriptNames;
  readonly #masked: readonly string[];
  readonly #secrets: SecretNames;

  constructor({ call, reply }: Step, names: ScriptNames, secrets: SecretNames) {
    this.args = fieldsOf(call.data.args);
    this.result = fieldsOf(reply?.data.result);
    this.names = names;
    this.#masked = call.data.masked ?? [];
    this.#secrets = secrets;
  }

  /** Whether the parameter was kept out of the recording, whole or in part. */
  isMasked(name: string): boolean {
    return this.#masked.includes(name);
  }

  /** The parameter as text; `secret("SECRET_1")` where it was kept out of the recording. */
  arg(name: string): string {
    return this.isMasked(name) ? `secret(${js(this.#secrets.next())})` : js(this.args[name]);
  }

  /** `{ "cwd": "/tmp" }` of those parameters that were given; undefined where none was. `renamed`: as the SDK names them. */
  options(...names: readonly (string | readonly [name: string, renamed: string])[]): string | undefined {
    const given = names
      .map((one) => (typeof one === 'string' ? ([one, one] as const) : one))
      .filter(([name]) => this.isMasked(name) || isGiven(this.args[name]))
      .map(([name, renamed]) => `${js(renamed)}:${this.arg(name)}`);
    return given.length === 0 ? undefined : `{${given.join(',')}}`;
  }
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The value as text of TypeScript. */
export function js(value: unknown): string {
  return isGiven(value) ? JSON.stringify(value) : 'undefined';
}
