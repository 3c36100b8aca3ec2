// The OpenAPI document: every row of the REST table, every other route, and every command under a path of its own.
import { z } from 'zod';
import { API, type ApiRow } from '../../protocol/api.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { OTHER_ROUTES, type OtherRoute } from './other-routes.ts';
import {
  contentOf,
  done,
  failure,
  jsonBody,
  openApiPath,
  pathParameters,
  queryParameters,
  type Operation,
} from './parts.ts';
import { Schemas, type JsonSchema } from './schemas.ts';

type Paths = Record<string, Record<string, Operation>>;

const VERSION = '3.1.1';
const TAGS = ['desktops', 'traces', 'commands', 'terminals', 'pages', 'operations'];

const ErrorReply = z.object({
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.unknown().optional() }),
});
const CommandFailure = ErrorReply.extend({ success: z.literal(false) });
/** As Cua's clients read a refusal. */
const Detail = z.object({ detail: z.string() });

/** The document for a server of this version of the package. */
export function openApiDocument(packageVersion: string): Record<string, unknown> {
  const schemas = new Schemas();
  for (const [name, schema] of Object.entries({ Error: ErrorReply, CommandFailure, Detail })) {
    schemas.components[name] = schemas.of(name, schema, 'output');
  }
  const paths: Paths = {};
  for (const [name, row] of Object.entries(API)) add(paths, row, rowOperation(schemas, name, row));
  for (const [name, route] of Object.entries(OTHER_ROUTES))
    add(paths, route, otherOperation(schemas, name, route));
  for (const name of COMMAND_NAMES) add(paths, commandRoute(name), commandOperation(schemas, name));
  return {
    openapi: VERSION,
    info: {
      title: 'Deskreel',
      version: packageVersion,
      description: 'Linux XFCE desktops in Docker, driven and recorded.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function add(paths: Paths, { method, path }: { method: string; path: string }, operation: Operation): void {
  (paths[openApiPath(path)] ??= {})[method.toLowerCase()] = operation;
}

function rowOperation(schemas: Schemas, name: string, row: ApiRow): Operation {
  const hasAnswer = !(row.response instanceof z.ZodUndefined);
  const answer = hasAnswer ? { 'application/json': row.response } : {};
  return {
    operationId: name,
    summary: row.title,
    tags: [row.path.includes('trace') ? 'traces' : 'desktops'],
    parameters: pathParameters(row.path),
    ...(row.method === 'POST' && { requestBody: jsonBody(schemas.of(`${name}_body`, row.body, 'input')) }),
    responses: {
      [row.status]: done(contentOf(schemas, `${name}_answer`, answer, 'output')),
      default: failure('Error'),
    },
  };
}

function otherOperation(schemas: Schemas, name: string, route: OtherRoute): Operation {
  const { body, answer = {}, status = 200 } = route;
  return {
    operationId: name,
    summary: route.title,
    tags: [route.tag],
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(body && {
      requestBody: { required: true, content: contentOf(schemas, `${name}_body`, body, 'input') },
    }),
    ...(route.isOpen && { security: [] }),
    responses: {
      [status]: done(contentOf(schemas, `${name}_answer`, answer, 'output')),
      default: failure(route.failure ?? 'Error'),
    },
  };
}

function commandRoute(name: CommandName): { method: string; path: string } {
  return { method: 'POST', path: `/v1/desktops/:id/commands/${name}` };
}

function commandOperation(schemas: Schemas, name: CommandName): Operation {
  const { title, params, result, permission } = commandSpec(name);
  const answer: JsonSchema = {
    type: 'object',
    properties: { success: { const: true }, result: schemas.of(`${name}_result`, result, 'output') },
    required: ['success', 'result'],
  };
  return {
    operationId: name,
    summary: title,
    description: permission === 'view' ? 'Reads the desktop.' : 'Changes the desktop.',
    tags: ['commands'],
    parameters: [...pathParameters(commandRoute(name).path), IDEMPOTENCY_KEY],
    requestBody: jsonBody(schemas.of(`${name}_params`, params, 'input')),
    responses: {
      200: done({ 'application/json': { schema: answer } }),
      default: failure('CommandFailure'),
    },
  };
}

const IDEMPOTENCY_KEY: Operation = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
  description: 'The same key again gets the same answer; the command is carried out once',
};
