// The seal of a trace: every file's hash, the end of the chain, and the recorder's Ed25519 signature over both.
import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Sha256, VERSION } from './format.ts';

const ManifestFile = z.object({ name: z.string(), bytes: z.number().int(), sha256: Sha256 });
export type ManifestFile = z.infer<typeof ManifestFile>;

export const Manifest = z.strictObject({
  v: z.number().int().min(1).max(VERSION),
  trace_id: z.string(),
  /** `folder`: the trace as the server keeps it; `archive`: its finished form, under the names of the archive. */
  form: z.enum(['folder', 'archive']),
  journal: z.strictObject({ rows: z.number().int(), last_hash: Sha256 }),
  /** Every file but this one. */
  files: z.array(ManifestFile),
  /** The key's SPKI form in base64. */
  public_key: z.string(),
  signature: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;
export type Unsigned = Omit<Manifest, 'v' | 'public_key' | 'signature'>;

/** The manifest with the key's signature on it. */
export function signManifest(content: Unsigned, key: KeyObject): Manifest {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const unsigned = { v: VERSION, ...content, public_key: spki.toString('base64') };
  return { ...unsigned, signature: sign(null, signedBytes(unsigned), key).toString('base64') };
}

/** Whether the signature is that of the key which the manifest itself names. */
export function isSigned(manifest: Manifest): boolean {
  try {
    const key = publicKeyOf(manifest);
    return verify(null, signedBytes(manifest), key, Buffer.from(manifest.signature, 'base64'));
  } catch (error) {
    // A key that is none cannot have signed anything.
    if (error instanceof Error) return false;
    throw error;
  }
}

export function publicKeyOf(manifest: Manifest): KeyObject {
  return createPublicKey({ key: Buffer.from(manifest.public_key, 'base64'), format: 'der', type: 'spki' });
}

/** A short name for the key that a manifest names, for people to compare. */
export function fingerprint(manifest: Pick<Manifest, 'public_key'>): string {
  const spki = Buffer.from(manifest.public_key, 'base64');
  return createHash('sha256').update(spki).digest('hex').slice(0, 32);
}

/** Field by field in a fixed order: the order in a file does not matter. */
function signedBytes(manifest: Omit<Manifest, 'signature'>): Buffer {
  const files = manifest.files.map(({ name, bytes, sha256 }) => [name, bytes, sha256]);
  const { rows, last_hash: lastHash } = manifest.journal;
  const parts = [manifest.v, manifest.trace_id, manifest.form, rows, lastHash, files, manifest.public_key];
  return Buffer.from(JSON.stringify(parts));
}
