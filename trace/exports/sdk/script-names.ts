// Windows and terminals have other ids on another desktop: a script keeps what it is told of them under names of its own.

export type Named = 'window' | 'terminal';

export class ScriptNames {
  readonly #count: Record<Named, number> = { window: 0, terminal: 0 };
  readonly #expressions = new Map<string, string>();

  /** A name that the script has not used yet: `window1`. */
  fresh(kind: Named): string {
    this.#count[kind] += 1;
    return `${kind}${this.#count[kind]}`;
  }

  /** From now on the recorded id is what the script has in this expression. */
  learn(kind: Named, id: unknown, expression: string): void {
    this.#expressions.set(`${kind} ${String(id)}`, expression);
  }

  /** How the script names it; undefined where nothing recorded told of it. */
  of(kind: Named, id: unknown): string | undefined {
    return this.#expressions.get(`${kind} ${String(id)}`);
  }
}
