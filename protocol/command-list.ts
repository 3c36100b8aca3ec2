// The command table as Cua's `GET /commands` shows it.
import { z } from 'zod';
import { ALIASES, COMMAND_NAMES, commandSpec } from './commands/table.ts';

interface Param {
  name: string;
  required: boolean;
  default?: unknown;
}

const ObjectSchema = z.object({
  properties: z.record(z.string(), z.object({ default: z.unknown().optional() })).default({}),
  required: z.array(z.string()).default([]),
});

export function commandList(): { commands: Record<string, unknown>; aliases: typeof ALIASES } {
  const commands = COMMAND_NAMES.map((name) => {
    const aliases = Object.keys(ALIASES).filter((alias) => ALIASES[alias] === name);
    const params = paramsOf(commandSpec(name).params);
    return [name, aliases.length > 0 ? { params, aliases } : { params }] as const;
  });
  return { commands: Object.fromEntries(commands), aliases: ALIASES };
}

function paramsOf(schema: z.ZodType): Param[] {
  const { properties, required } = ObjectSchema.parse(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  );
  return Object.entries(properties).map(([name, property]) => {
    const param = { name, required: required.includes(name) };
    return property.default === undefined ? param : { ...param, default: property.default };
  });
}
