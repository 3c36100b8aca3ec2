// The OpenAPI document: valid, whole, and true to the tables that it comes from.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Express } from 'express';
import { Validator } from '@seriousme/openapi-schema-validator';
import { API } from '../../../protocol/api.ts';
import { COMMAND_NAMES } from '../../../protocol/commands/table.ts';
import type { HttpParts } from '../../../server/http/context.ts';
import { httpApp } from '../../../server/http/server.ts';
import { SOCKET_PATHS } from '../../../server/http/upgrade.ts';
import { openApiDocument } from '../../../server/openapi/document.ts';
import { openApiPath } from '../../../server/openapi/parts.ts';

interface Document {
  paths: Record<string, Record<string, { operationId: string; requestBody?: unknown; responses: object }>>;
  components: { schemas: Record<string, unknown> };
}

const document = openApiDocument('1.2.3') as unknown as Document;

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield String(inner);
    else yield* references(inner);
  }
}

/** Method and path of all that is asked without a WebSocket. */
function toldRoutes(): string[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses }]) => !('101' in responses))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
}

/** Those of the application; what takes every method is there to refuse. */
function boundRoutes(app: Express): string[] {
  const routes = app.router.stack.flatMap((layer) => layer.route ?? []);
  return routes.flatMap(({ path, stack }) => {
    // A route with several handlers names its method for each of them.
    const methods = [...new Set(stack.map(({ method }) => method.toUpperCase()))];
    if (methods.includes('PROPFIND')) return [];
    return [path].flat().flatMap((one) => methods.map((method) => `${method} ${openApiPath(one)}`));
  });
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(openApiDocument('1.2.3'));
    assert.deepEqual(result.errors ?? [], []);
    assert.equal(result.valid, true);
  });

  it('refers to nothing that is not there', () => {
    const there = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    const lost = [...references(document)].filter((reference) => !there.includes(reference));
    assert.deepEqual(lost, []);
  });

  it('has one path for each command, and one operation for each row of the REST table', () => {
    const commands = Object.keys(document.paths).flatMap(
      (path) => /\/commands\/(\w+)$/.exec(path)?.[1] ?? [],
    );
    assert.deepEqual(commands, COMMAND_NAMES);
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      [...Object.keys(API), ...COMMAND_NAMES].filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('has every route that the server has, and no other', () => {
    // Routes are bound here and not called: none of the parts is asked for.
    const app = httpApp({} as HttpParts);
    const told = toldRoutes().map((route) => route.replace(/(?<=^POST .*\/commands\/)\w+$/, '{name}'));
    assert.deepEqual([...new Set(told)].sort(), boundRoutes(app).sort());
    assert.ok(told.length > COMMAND_NAMES.length + Object.keys(API).length + 20);
  });

  it('has every path of a WebSocket, and no other', () => {
    const paths = Object.entries(document.paths);
    const sockets = paths.filter(([, { get }]) => get !== undefined && '101' in get.responses);
    assert.deepEqual(sockets.map(([path]) => path).sort(), SOCKET_PATHS.map(openApiPath).sort());
  });

  it('tells of parameters as clients send them', () => {
    const body = JSON.stringify(
      document.paths['/v1/desktops/{id}/commands/left_click']?.['post']?.requestBody,
    );
    assert.match(body, /"button":\{"default":"left","type":"string","enum":\["left","middle","right"\]\}/);
    assert.doesNotMatch(body, /"required":\[/);
  });
});
