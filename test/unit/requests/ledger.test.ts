// The ledger's file: whole rows only, whatever it was cut at, private, and no longer than it need be.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLog } from '../../../server/log.ts';
import { Ledger, type LedgerRow } from '../../../server/requests/ledger.ts';

const row = (id: number, text = ''): LedgerRow => ({
  v: 1,
  session: 's',
  id,
  mac: 'm',
  ts_ms: 1000 + id,
  reply: { success: true, result: { text } },
});

describe('a ledger', () => {
  let folder = '';
  let path = '';
  const logged: string[] = [];
  const log = createLog({ write: (line) => void logged.push(line), now: () => 0 });
  const open = (compactedBytes?: number): Ledger =>
    new Ledger({ path, log, ...(compactedBytes === undefined ? {} : { compactedBytes }) });
  const ids = (ledger: Ledger): unknown[] => ledger.load(() => []).map(({ id }) => id);

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'deskreel-ledger-'))));
  after(() => rm(folder, { recursive: true }));

  it('gives its rows again, and is its owner’s alone', () => {
    path = join(folder, 'again.jsonl');
    const ledger = open();
    assert.deepEqual(ids(ledger), []);
    for (const id of [1, 2, 3]) ledger.append(row(id));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(
      open().load(() => []),
      [1, 2, 3].map((id) => row(id)),
    );
  });

  it('loses no whole row wherever its end was torn off, and goes on behind it', () => {
    path = join(folder, 'torn.jsonl');
    const whole = [1, 2, 3].map((id) => `${JSON.stringify(row(id, 'ñ漢字😀'))}\n`);
    const bytes = Buffer.from(whole.join(''));
    const second = Buffer.byteLength(whole.slice(0, 2).join(''));
    for (let length = second; length < bytes.length; length += 1) {
      writeFileSync(path, bytes.subarray(0, length));
      const ledger = open();
      assert.deepEqual(ids(ledger), [1, 2], `cut at ${length}`);
      ledger.append(row(4));
      ledger.close();
      assert.deepEqual(ids(open()), [1, 2, 4], `cut at ${length}`);
    }
    assert.match(logged.join(''), /ledger\.torn/);
  });

  it('tells of a row that cannot be read, and gives the others', () => {
    path = join(folder, 'broken.jsonl');
    open().append(row(1));
    appendFileSync(path, '{"v":9}\nnot a row\n');
    open().append(row(2));
    assert.deepEqual(ids(open()), [1, 2]);
    assert.equal(logged.filter((line) => line.includes('ledger.unreadable')).length, 2);
  });

  it('is written anew with what is still to be known when it has grown', () => {
    path = join(folder, 'grown.jsonl');
    const ledger = open(4000);
    const live: LedgerRow[] = [];
    ledger.load(() => live.slice(-3));
    for (let id = 1; id <= 500; id += 1) {
      live.push(row(id, 'x'.repeat(100)));
      ledger.append(row(id, 'x'.repeat(100)));
      assert.ok(statSync(path).size < 4500);
    }
    ledger.close();
    const known = ids(open());
    assert.equal(known.at(-1), 500);
    assert.ok(known.length < 30);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('goes with its desktop', () => {
    path = join(folder, 'gone.jsonl');
    const ledger = open();
    ledger.append(row(1));
    ledger.remove();
    assert.equal(existsSync(path), false);
    assert.equal(ledger.open, false);
  });

  it('holds nothing but rows after a write that did not fit', () => {
    path = join(folder, 'short.jsonl');
    const ledger = open();
    ledger.append(row(1));
    truncateSync(path, statSync(path).size - 4);
    ledger.close();
    assert.deepEqual(ids(open()), []);
    assert.equal(readFileSync(path, 'utf8'), '');
  });
});
