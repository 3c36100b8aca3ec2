// The seal: what was signed is what is read, and any change shows.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { isSigned, Manifest, signManifest } from '../../../trace/manifest.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const HASH = 'c'.repeat(64);
const CONTENT = {
  trace_id: 'trace_20260101_000000_0123abcd',
  form: 'folder',
  journal: { rows: 3, last_hash: HASH },
  files: [{ name: 'events.jsonl', bytes: 10, sha256: HASH }],
} as const;

describe('a manifest', () => {
  const signed = signManifest({ ...CONTENT, files: [...CONTENT.files] }, privateKey);

  it('is whole after a way through JSON, in any order of fields', () => {
    const text = JSON.stringify(Object.fromEntries(Object.entries(signed).reverse()));
    assert.ok(isSigned(Manifest.parse(JSON.parse(text))));
  });

  it('does not hold after any change', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
    const changes: Partial<Manifest>[] = [
      { trace_id: 'trace_20260101_000000_0123abce' },
      { form: 'archive' },
      { journal: { rows: 4, last_hash: HASH } },
      { journal: { rows: 3, last_hash: 'd'.repeat(64) } },
      { files: [] },
      { files: [{ name: 'events.jsonl', bytes: 11, sha256: HASH }] },
      { files: [{ name: 'other.jsonl', bytes: 10, sha256: HASH }] },
      { public_key: other.toString('base64') },
      { public_key: 'bm8ga2V5' },
      { signature: Buffer.alloc(64).toString('base64') },
      { signature: '' },
    ];
    for (const change of changes)
      assert.equal(isSigned({ ...signed, ...change }), false, JSON.stringify(change));
  });

  it('takes no field that the signature does not cover', () => {
    assert.throws(() => Manifest.parse({ ...signed, note: 'trust me' }));
  });
});
