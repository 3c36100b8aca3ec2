// Rows of a table of somebody's page: as many as stand there, each with a test of its own.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

type Check = () => void | Promise<void>;

/** `count`: how many rows the table has, so that one that was forgotten fails. */
export function pageRows(table: string, count: number, rows: Readonly<Record<string, Check>>): void {
  describe(table, () => {
    it(`has ${count} rows`, () => assert.equal(Object.keys(rows).length, count));
    for (const [row, check] of Object.entries(rows)) it(row, check);
  });
}
