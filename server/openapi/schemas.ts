// Zod schemas as the schemas of an OpenAPI document: what a schema names by reference goes to the document's components.
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const REFERENCE = /^#(?:\/\$defs\/(.+))?$/;

export class Schemas {
  /** For `components.schemas`. */
  readonly components: Record<string, JsonSchema> = {};

  /** `name` tells apart what this schema needs from what others do. `output`: as it is answered, defaults filled in. */
  of(name: string, schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const json: JsonSchema = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    const { $defs: parts = {}, ...whole } = json;
    delete whole['$schema'];
    for (const [part, inner] of Object.entries(parts as Record<string, JsonSchema>)) {
      this.components[componentName(name, part)] = this.#rebased(name, inner) as JsonSchema;
    }
    const rebased = this.#rebased(name, whole) as JsonSchema;
    if (!this.#namesItself) return rebased;
    this.#namesItself = false;
    this.components[name] = rebased;
    return { $ref: `#/components/schemas/${name}` };
  }

  /** A schema that is part of itself is a component. */
  #namesItself = false;

  #rebased(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#rebased(name, item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]): [string, unknown] => {
        if (key !== '$ref' || typeof inner !== 'string') return [key, this.#rebased(name, inner)];
        const part = REFERENCE.exec(inner)?.[1];
        if (part === undefined) this.#namesItself = true;
        return [key, `#/components/schemas/${part === undefined ? name : componentName(name, part)}`];
      }),
    );
  }
}

/** Components are named by letters, digits, dot, dash and underscore. */
function componentName(name: string, part: string): string {
  return `${name}_${part}`.replaceAll(/[^A-Za-z0-9._-]/g, '_').replaceAll(/__+/g, '_');
}
