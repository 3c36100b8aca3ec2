// Variables of this process for a while.

/** Sets them; disposing gives each the value back that it had, or none. */
export function environment(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]: () => {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    },
  };
}

/** Sets them for as long as the work takes. */
export async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const set = environment(variables);
  try {
    await work();
  } finally {
    set[Symbol.dispose]();
  }
}
