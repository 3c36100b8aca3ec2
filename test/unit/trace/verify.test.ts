// Thirty ways to tamper with a trace: each is found, and its place is named. What nobody touched is found whole.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { CHAIN_START, lineHash } from '../../../trace/chain.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { Manifest, signManifest } from '../../../trace/manifest.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { verifyTrace, type Verdict } from '../../../trace/verify/verify.ts';
import { bench, unpack } from '../recorder/setup.ts';
import { CLICK, run, screenOf } from '../recorder/synthetic-guest.ts';

let work = '';
let archive = '';
let folder = '';
let zip = '';
let key: KeyObject;

/** A trace with clicks, a failure, a screenshot, trees and metadata, as folder, ZIP and unpacked archive. */
before(async () => {
  work = await mkdtemp(join(tmpdir(), 'deskreel-verify-'));
  await using it = await bench();
  const id = await it.start({ accessibility_tree: true });
  run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
  it.recorder.addMetadata('step', 'two');
  const error = { code: 'out_of_screen', message: 'x 9999 is out of the screen' } as const;
  run(it.recorder, it.guest, { ...CLICK, error });
  run(it.recorder, it.guest, { command: 'type_text', params: { text: 'Hi' }, leadsTo: await screenOf(2) });
  run(it.recorder, it.guest, { command: 'screenshot', params: {} });
  await it.recorder.stop();
  zip = join(work, 'trace.zip');
  await cp((await it.store.archive(id)).path, zip);
  archive = join(work, 'archive');
  await cp((await unpack(it.store, id)).dir, archive, { recursive: true });
  folder = join(work, 'folder');
  await cp((await it.store.open(id)).dir, folder, { recursive: true });
  key = createPrivateKey(await readFile(join(it.data, 'key'), 'utf8'));
});
after(() => rm(work, { recursive: true }));

async function verdictOf(path: string, trusted: KeyObject = key): Promise<Verdict> {
  await using files = await openTraceFiles(path);
  return await verifyTrace(files, { key: trusted });
}

/** A copy that may be changed. */
class Copy {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  text(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  async edit(name: string, change: (text: string) => string): Promise<void> {
    const text = await this.text(name);
    const changed = change(text);
    assert.notEqual(changed, text, `${name} is changed`);
    await writeFile(this.path(name), changed);
  }

  lines(change: (lines: string[]) => string[]): Promise<void> {
    return this.edit('events.jsonl', (text) => `${change(text.trimEnd().split('\n')).join('\n')}\n`);
  }

  /** Rows changed by somebody who can make a chain. */
  chained(change: (rows: Row[]) => Row[]): Promise<void> {
    return this.lines((lines) => {
      let prev = CHAIN_START;
      const rows = change(lines.map((line) => JSON.parse(line) as Row));
      return rows.map((row, index) => {
        const line = JSON.stringify({ ...row, seq: index + 1, prev });
        prev = lineHash(line);
        return line;
      });
    });
  }

  /** A manifest that fits what is there now, signed with any key. */
  async seal(by: KeyObject): Promise<void> {
    const old = Manifest.parse(JSON.parse(await this.text('manifest.json')));
    const { names } = await openTraceFiles(this.dir);
    const files = [];
    for (const name of names.filter((one) => one !== 'manifest.json')) {
      const content = await readFile(this.path(name));
      files.push({ name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    }
    const lines = (await this.text('events.jsonl')).trimEnd().split('\n');
    const journal = { rows: lines.length, last_hash: lineHash(lines.at(-1) ?? '') };
    const { trace_id, form } = old;
    await writeFile(
      this.path('manifest.json'),
      JSON.stringify(signManifest({ trace_id, form, journal, files }, by)),
    );
  }
}

interface Row {
  type: string;
  mono_ms: number;
  run_id: string;
  data: Record<string, unknown>;
}

const PICTURE = '000002_after_left_click.png';
const EVENT = 'event_000002_api_call.json';
const stranger = generateKeyPairSync('ed25519').privateKey;

async function otherPicture(): Promise<Buffer> {
  return (await screenOf(77)).png;
}

async function biggerPicture(): Promise<Buffer> {
  const create = { width: 65, height: 40, channels: 3 as const, background: '#102030' };
  return sharp({ create }).png().toBuffer();
}

type Tampering = [what: string, change: (copy: Copy) => Promise<void>, found: RegExp, form?: 'folder'];

const TAMPERINGS: Tampering[] = [
  [
    'a byte in a row',
    (c) => c.lines((l) => l.with(2, (l[2] ?? '').replace('"x":100', '"x":101'))),
    /^events\.jsonl:4: prev/m,
  ],
  [
    'a byte in the last row',
    (c) => c.lines((l) => l.with(-1, (l.at(-1) ?? '').replace('stopped', 'stoqped'))),
    /^events\.jsonl:\d+: /m,
  ],
  ['a row gone', (c) => c.lines((l) => l.toSpliced(3, 1)), /^events\.jsonl:4: /m],
  [
    'two rows swapped',
    (c) => c.lines((l) => l.with(3, l[4] ?? '').with(4, l[3] ?? '')),
    /^events\.jsonl:4: /m,
  ],
  ['a row twice', (c) => c.lines((l) => l.toSpliced(3, 0, l[3] ?? '')), /^events\.jsonl:5: /m],
  [
    'the tail cut at a row',
    (c) => c.lines((l) => l.slice(0, -2)),
    /^events\.jsonl:\d+: there are \d+ rows, not \d+/m,
  ],
  [
    'the tail cut within a row',
    (c) => c.edit('events.jsonl', (t) => t.slice(0, -20)),
    /^events\.jsonl:\d+: it is cut off/m,
  ],
  ['a row added', (c) => c.lines((l) => [...l, l.at(-1) ?? '']), /^events\.jsonl:\d+: it comes after/m],
  ['a row that is none', (c) => c.lines((l) => l.with(4, 'garbage')), /^events\.jsonl:5: not a row/m],
  ['an empty journal', (c) => c.edit('events.jsonl', () => ''), /^events\.jsonl:\d+: /m],
  ['no journal', (c) => rm(c.path('events.jsonl')), /^events\.jsonl: it is missing/m],
  [
    'another valid picture',
    async (c) => writeFile(c.path(PICTURE), await otherPicture()),
    new RegExp(`^${PICTURE}: its pixels`, 'm'),
  ],
  [
    'a picture of another size',
    async (c) => writeFile(c.path(PICTURE), await biggerPicture()),
    new RegExp(`^${PICTURE}: it is 65x40`, 'm'),
  ],
  [
    'a picture cut off',
    (c) => readFile(c.path(PICTURE)).then((b) => writeFile(c.path(PICTURE), b.subarray(0, 60))),
    new RegExp(`^${PICTURE}: it has 60 bytes`, 'm'),
  ],
  ['a picture gone', (c) => rm(c.path(PICTURE)), new RegExp(`^${PICTURE}: it is missing`, 'm')],
  ['two pictures swapped', swapPictures, new RegExp(`^${PICTURE}: its pixels`, 'm')],
  [
    'a picture under another name',
    (c) => rename(c.path(PICTURE), c.path('000009_after_left_click.png')),
    /^000009_after_left_click\.png: the manifest does not/m,
  ],
  [
    'a file more',
    (c) => writeFile(c.path('notes.txt'), 'trust me'),
    /^notes\.txt: the manifest does not name it/m,
  ],
  [
    'an event changed',
    (c) => c.edit(EVENT, (t) => t.replace('"success": true', '"success": false')),
    new RegExp(`^${EVENT}: data.success`, 'm'),
  ],
  ['an event gone', (c) => rm(c.path(EVENT)), new RegExp(`^${EVENT}: it is missing`, 'm')],
  [
    'an event more',
    (c) => cp(c.path(EVENT), c.path('event_000099_api_call.json')),
    /^event_000099_api_call\.json: /m,
  ],
  [
    'the overview changed',
    (c) => c.edit('trace_metadata.json', (t) => t.replace(/"errors": \d+/, '"errors": 0')),
    /^trace_metadata\.json: errors/m,
  ],
  ['no overview', (c) => rm(c.path('trace_metadata.json')), /^trace_metadata\.json: it is missing/m],
  [
    'a manifest with a hash changed',
    (c) => c.edit('manifest.json', (t) => t.replace(/"sha256": "../, '"sha256": "00')),
    /^manifest\.json: its signature/m,
  ],
  [
    'a manifest without its signature',
    (c) => c.edit('manifest.json', (t) => t.replace(/"signature": "[^"]*"/, '"signature": ""')),
    /^manifest\.json: its signature/m,
  ],
  [
    'a manifest that is none',
    (c) => writeFile(c.path('manifest.json'), '{}'),
    /^manifest\.json: it cannot be read/m,
  ],
  ['no manifest', (c) => rm(c.path('manifest.json')), /^manifest\.json: it is missing/m],
  [
    'a row changed and all made anew without the key',
    remade,
    /^manifest\.json: it is signed by another key/m,
  ],
  [
    'nothing changed, signed by another',
    (c) => c.seal(stranger),
    /^manifest\.json: it is signed by another key/m,
  ],
  // What only the owner of the key could do, or a server with a fault.
  ['counts that are wrong, sealed', countsWrong, /^events\.jsonl:\d+: it counts 7 steps, there are 4/m],
  [
    'masked rows that are not counted, sealed',
    masksWrong,
    /^events\.jsonl:\d+: it does not count the masked/m,
  ],
  ['a row of another run, sealed', otherRun, /^events\.jsonl:4: it is of another run/m],
  ['a time that goes back, sealed', timeBack, /^events\.jsonl:4: its time is before/m],
  ['another picture, sealed', otherPictureSealed, new RegExp(`^${PICTURE}: its pixels`, 'm')],
  ['an event that says more than its rows, sealed', eventSealed, new RegExp(`^${EVENT}: data.result`, 'm')],
  ['a tree of an event, sealed', treeEventSealed, /^event_000003_accessibility_tree\.json: its tree/m],
  ['a gap in the names of pictures, sealed', gapSealed, /^events\.jsonl:\d+: its picture is 000005/m],
  ['a tree changed', (c) => changeTree(c), /^trees\/[0-9a-f]{64}\.json: it is not the tree/m, 'folder'],
  [
    'a frame of the folder replaced',
    (c) => replaceFrame(c),
    /^frames\/[0-9a-f]{64}\.png: its pixels/m,
    'folder',
  ],
];

async function swapPictures(copy: Copy): Promise<void> {
  const other = copy.path('000003_after_type_text.png');
  await rename(other, copy.path('aside'));
  await rename(copy.path(PICTURE), other);
  await rename(copy.path('aside'), copy.path(PICTURE));
}

async function remade(copy: Copy): Promise<void> {
  await copy.chained((rows) =>
    rows.map((row) => (row.type === 'reply' ? { ...row, data: { ...row.data, success: true } } : row)),
  );
  await copy.seal(stranger);
}

async function countsWrong(copy: Copy): Promise<void> {
  await copy.chained((rows) =>
    rows.map((row) =>
      row.type === 'trace_end'
        ? { ...row, data: { ...row.data, counts: { events: 10, steps: 7, screenshots: 3, errors: 1 } } }
        : row,
    ),
  );
  await copy.seal(key);
}

async function masksWrong(copy: Copy): Promise<void> {
  await copy.chained((rows) =>
    rows.map((row) =>
      row.type === 'trace_end'
        ? {
            ...row,
            data: {
              ...row.data,
              counts: { ...(row.data['counts'] as object), masked: { title: { frame: 1 } } },
            },
          }
        : row,
    ),
  );
  await copy.seal(key);
}

async function otherRun(copy: Copy): Promise<void> {
  await copy.chained((rows) =>
    rows.map((row, index) => (index === 3 ? { ...row, run_id: crypto.randomUUID() } : row)),
  );
  await copy.seal(key);
}

async function timeBack(copy: Copy): Promise<void> {
  await copy.chained((rows) =>
    rows.map((row, index) => (index === 3 ? { ...row, mono_ms: row.mono_ms - 60_000 } : row)),
  );
  await copy.seal(key);
}

async function otherPictureSealed(copy: Copy): Promise<void> {
  await writeFile(copy.path(PICTURE), await otherPicture());
  await copy.seal(key);
}

async function eventSealed(copy: Copy): Promise<void> {
  await copy.edit(EVENT, (text) => text.replace('"result": null', '"result": "done"'));
  await copy.seal(key);
}

async function treeEventSealed(copy: Copy): Promise<void> {
  await copy.edit('event_000003_accessibility_tree.json', (text) =>
    text.replace('"role": "frame"', '"role": "panel"'),
  );
  await copy.seal(key);
}

async function gapSealed(copy: Copy): Promise<void> {
  const third = '000003_after_type_text.png';
  const fifth = third.replace('000003', '000005');
  await copy.chained((rows) =>
    rows.map((row) => JSON.parse(JSON.stringify(row).replaceAll(third, fifth)) as Row),
  );
  await rename(copy.path(third), copy.path(fifth));
  await copy.seal(key);
}

async function changeTree(copy: Copy): Promise<void> {
  const { names } = await openTraceFiles(copy.dir);
  const tree = names.find((name) => name.startsWith('trees/')) ?? '';
  await copy.edit(tree, (text) => text.replace('"frame"', '"panel"'));
}

async function replaceFrame(copy: Copy): Promise<void> {
  await writeFile(copy.path(`frames/${(await screenOf(1)).frame}.png`), await otherPicture());
}

describe('verify', () => {
  it('finds what nobody touched whole: ZIP, unpacked, and as the server keeps it', async () => {
    for (const path of [zip, archive, folder]) {
      const verdict = await verdictOf(path);
      assert.deepEqual(verdict.faults, []);
      assert.equal(verdict.compared, true);
      assert.match(verdict.signedBy ?? '', /^[0-9a-f]{32}$/);
    }
  });

  it('says who signed where there is no key to compare with', async () => {
    await using files = await openTraceFiles(zip);
    const verdict = await verifyTrace(files);
    assert.deepEqual(verdict.faults, []);
    assert.equal(verdict.compared, false);
  });

  for (const [what, change, found, form] of TAMPERINGS) {
    it(`finds ${what}`, async () => {
      const copy = new Copy(await mkdtemp(join(work, 'copy-')));
      await cp(form === 'folder' ? folder : archive, copy.dir, { recursive: true });
      await change(copy);
      const text = (await verdictOf(copy.dir)).faults.map(faultText).join('\n');
      assert.match(text, found);
    });
  }
});
