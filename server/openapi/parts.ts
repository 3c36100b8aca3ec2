// What operations of the OpenAPI document are made of: parts of paths, contents, refusals.
import type { z } from 'zod';
import { EXPORTERS } from '../../trace/exports/registry.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

export type Operation = Record<string, unknown>;

/** What a part of a path names; the first row that fits a path holds. */
const PATH_PARTS: readonly (readonly [beginning: string, name: string, schema: JsonSchema, about: string])[] =
  [
    ['/v1/traces', 'id', { type: 'string' }, 'Id of the trace'],
    ['/v1/traces', 'name', { type: 'string' }, 'Of the artifact; it may have slashes'],
    ['/v1/artifacts', 'part', { type: 'string' }, 'Of the upload: a number, or the index'],
    ['/v1/artifacts', 'id', { type: 'string' }, 'Id of the upload, as in the address that was given'],
    ['/v1/uploads', 'id', { type: 'string' }, 'Id of the upload, as in the address that was given'],
    ['/', 'id', { type: 'string' }, 'Id or name of the desktop'],
    ['/', 'pid', { type: 'integer' }, 'Of the terminal'],
    ['/', 'format', { type: 'string', enum: EXPORTERS.map(({ format }) => format) }, 'Of the export'],
    ['/', 'part', { type: 'string', enum: ['trace', 'index'] }, 'Of the upload'],
    ['/', 'sequence', { type: 'integer' }, 'The number of the picture'],
  ];

/** `:one` part of a path, or `*all` that follows. */
const PART = /[:*](\w+)/g;

/** A path of Express as one of OpenAPI. */
export function openApiPath(path: string): string {
  return path.replaceAll(PART, '{$1}');
}

/** The parameters in a path of Express. */
export function pathParameters(path: string): Operation[] {
  return Array.from(path.matchAll(PART), ([, name = '']) => {
    const known = PATH_PARTS.find(([beginning, part]) => part === name && path.startsWith(beginning));
    if (!known) throw new Error(`nothing is known of ${name} in ${path}`);
    const [, , schema, description] = known;
    return { name, in: 'path', required: true, schema, description };
  });
}

export function queryParameters(query: Readonly<Record<string, string>> = {}): Operation[] {
  return Object.entries(query).map(([name, description]) => {
    return { name, in: 'query', schema: { type: 'string' }, description };
  });
}

/** Schemas by media types, as the content of a body or of an answer. */
export function contentOf(
  schemas: Schemas,
  name: string,
  types: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Operation {
  return Object.fromEntries(
    Object.entries(types).map(([type, schema]) => [type, { schema: schemas.of(name, schema, io) }]),
  );
}

export function done(content: Operation): Operation {
  const hasContent = Object.keys(content).length > 0;
  return { description: 'Done', ...(hasContent && { content }) };
}

export function jsonBody(schema: JsonSchema): Operation {
  return { required: false, content: { 'application/json': { schema } } };
}

/** A refusal, by the component that it is. */
export function failure(component: string): Operation {
  const schema = { $ref: `#/components/schemas/${component}` };
  return { description: 'Not done', content: { 'application/json': { schema } } };
}
