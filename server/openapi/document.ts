// The OpenAPI document: every row of the REST table, and every command under a path of its own.
import { z } from 'zod';
import { API, type ApiRow } from '../../protocol/api.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { Schemas, type JsonSchema } from './schemas.ts';

type Operation = Record<string, unknown>;
type Paths = Record<string, Record<string, Operation>>;

const VERSION = '3.1.1';
const DESKTOP: Operation = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'Id or name of the desktop',
};

const ErrorReply = z.object({
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.unknown().optional() }),
});
const CommandFailure = ErrorReply.extend({ success: z.literal(false) });

/** The document for a server of this version of the package. */
export function openApiDocument(packageVersion: string): Record<string, unknown> {
  const schemas = new Schemas();
  schemas.components['Error'] = schemas.of('Error', ErrorReply, 'output');
  schemas.components['CommandFailure'] = schemas.of('CommandFailure', CommandFailure, 'output');
  const paths: Paths = {};
  for (const [name, row] of Object.entries(API)) addRow(paths, schemas, name, row);
  for (const name of COMMAND_NAMES) addCommand(paths, schemas, name);
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
    tags: [{ name: 'desktops' }, { name: 'traces' }, { name: 'commands' }],
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

function addRow(paths: Paths, schemas: Schemas, name: string, row: ApiRow): void {
  const path = row.path.replaceAll(/:(\w+)/g, '{$1}');
  const answer = row.response instanceof z.ZodUndefined ? {} : jsonContent(schemas, name, row);
  const operation: Operation = {
    operationId: name,
    summary: row.title,
    tags: [path.includes('trace') ? 'traces' : 'desktops'],
    responses: { [row.status]: { description: 'Done', ...answer }, default: failure('Error') },
  };
  if (path.includes('{id}')) operation['parameters'] = [idOf(path)];
  if (row.method === 'POST') {
    operation['requestBody'] = jsonBody(schemas.of(`${name}_body`, row.body, 'input'));
  }
  (paths[path] ??= {})[row.method.toLowerCase()] = operation;
}

function jsonContent(schemas: Schemas, name: string, row: ApiRow): Operation {
  return {
    content: { 'application/json': { schema: schemas.of(`${name}_answer`, row.response, 'output') } },
  };
}

function idOf(path: string): Operation {
  return path.startsWith('/v1/desktops') ? DESKTOP : { ...DESKTOP, description: 'Id of the trace' };
}

function addCommand(paths: Paths, schemas: Schemas, name: CommandName): void {
  const { title, params, result, permission } = commandSpec(name);
  const answer: JsonSchema = {
    type: 'object',
    properties: { success: { const: true }, result: schemas.of(`${name}_result`, result, 'output') },
    required: ['success', 'result'],
  };
  paths[`/v1/desktops/{id}/commands/${name}`] = {
    post: {
      operationId: name,
      summary: title,
      description: permission === 'view' ? 'Reads the desktop.' : 'Changes the desktop.',
      tags: ['commands'],
      parameters: [DESKTOP, IDEMPOTENCY_KEY],
      requestBody: jsonBody(schemas.of(`${name}_params`, params, 'input')),
      responses: {
        200: { description: 'Done', content: { 'application/json': { schema: answer } } },
        default: failure('CommandFailure'),
      },
    },
  };
}

const IDEMPOTENCY_KEY: Operation = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
  description: 'The same key again gets the same answer; the command is carried out once',
};

function jsonBody(schema: JsonSchema): Operation {
  return { required: false, content: { 'application/json': { schema } } };
}

function failure(component: string): Operation {
  const schema = { $ref: `#/components/schemas/${component}` };
  return { description: 'Not done', content: { 'application/json': { schema } } };
}
