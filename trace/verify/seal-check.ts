// The manifest itself: that it can be read, that it is signed, and by whom.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { MANIFEST } from '../layout.ts';
import { fingerprint, isSigned, Manifest } from '../manifest.ts';
import { messageOf, type Fault } from './fault.ts';

/** Undefined, and a fault, where there is none that can be read. */
export async function readManifest(files: TraceFiles, faults: Fault[]): Promise<Manifest | undefined> {
  if (!files.has(MANIFEST)) {
    faults.push({ place: MANIFEST, why: 'it is missing: this is no trace, or one that was never sealed' });
    return undefined;
  }
  try {
    const text = (await readWhole(files, MANIFEST)).toString('utf8');
    return parseWith(Manifest, parseJson(text), MANIFEST);
  } catch (error) {
    faults.push({ place: MANIFEST, why: `it cannot be read: ${messageOf(error)}` });
    return undefined;
  }
}

export function checkSeal(manifest: Manifest, key: KeyObject | undefined): Fault[] {
  if (!isSigned(manifest)) {
    return [{ place: MANIFEST, why: 'its signature is not that of the key that it names' }];
  }
  if (!key) return [];
  const wanted = fingerprintOf(key);
  const found = fingerprint(manifest);
  if (wanted === found) return [];
  return [{ place: MANIFEST, why: `it is signed by another key: by ${found}, not by ${wanted}` }];
}

/** Of a public key, or of the public half of a private one. */
export function fingerprintOf(key: KeyObject): string {
  const open = key.type === 'public' ? key : createPublicKey(key);
  return fingerprint({ public_key: open.export({ type: 'spki', format: 'der' }).toString('base64') });
}
