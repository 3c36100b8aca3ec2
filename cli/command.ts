// What a command of the command line is: its name, what it takes, and what it does.
import type { Deskreel } from '../sdk/index.ts';
import type { Output } from './output.ts';

export interface FlagSpec {
  /** `strings` may be given several times. */
  readonly type: 'string' | 'strings' | 'boolean';
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string;
  readonly about: string;
}

export interface Given {
  /** One for each of the command's `takes`; those that may be left out may be missing. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, FlagValue | undefined>>;
}

export type FlagValue = string | boolean | string[];

export interface Context {
  readonly out: Output;
  /** The server that runs; none is started. Let go when the command ends. */
  readonly server: () => Promise<Deskreel>;
  /** Ends by Ctrl+C or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command {
  /** `trace start`: one word or two. */
  readonly name: string;
  /** What stands behind the name: `<desktop>`, `[json]` in brackets where it may be left out. */
  readonly takes: readonly string[];
  readonly about: string;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** Lines below the help. */
  readonly notes?: readonly string[];
  /** Prints by `context.out`. Throws what went wrong; a result of false is a failure that was printed already. */
  run(given: Given, context: Context): Promise<boolean | undefined>;
}

/** Keeps the flags' names in the command's type: a flag that it does not have cannot be asked for. */
export function command<F extends Readonly<Record<string, FlagSpec>>>(spec: {
  name: string;
  takes?: readonly string[];
  about: string;
  flags?: F;
  notes?: readonly string[];
  run: (
    given: { words: readonly string[]; flags: FlagValues<F> },
    context: Context,
  ) => Promise<boolean | undefined>;
}): Command {
  const { takes = [], run, flags, ...rest } = spec;
  return {
    ...rest,
    takes,
    flags: flags ?? {},
    // parse.ts gives each flag the type that its spec names.
    run: ({ words, flags: values }, context) => run({ words, flags: values as FlagValues<F> }, context),
  };
}

type FlagValues<F extends Readonly<Record<string, FlagSpec>>> = {
  readonly [K in keyof F]: ValueOf[F[K]['type']] | undefined;
};

interface ValueOf {
  boolean: boolean;
  string: string;
  strings: string[];
}

/** Bad usage: told in one line, with exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
