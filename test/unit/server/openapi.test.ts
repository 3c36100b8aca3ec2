// The OpenAPI document: valid, whole, and true to the tables that it comes from.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { API } from '../../../protocol/api.ts';
import { COMMAND_NAMES } from '../../../protocol/commands/table.ts';
import { openApiDocument } from '../../../server/openapi/document.ts';

interface Document {
  paths: Record<string, Record<string, { operationId: string; requestBody?: unknown }>>;
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
    assert.deepEqual(new Set(ids), new Set([...Object.keys(API), ...COMMAND_NAMES]));
  });

  it('tells of parameters as clients send them', () => {
    const body = JSON.stringify(
      document.paths['/v1/desktops/{id}/commands/left_click']?.['post']?.requestBody,
    );
    assert.match(body, /"button":\{"default":"left","type":"string","enum":\["left","middle","right"\]\}/);
    assert.doesNotMatch(body, /"required":\[/);
  });
});
