// The key that signs traces: `<data>/key`, an Ed25519 private key in PEM, made when it is first needed.
import { createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import { PRIVATE_FILE, readIfPresent, syncPath } from '../fs-atomic.ts';

const KEY_FILE = 'key';

export function keyFile(data: string): string {
  return join(data, KEY_FILE);
}

/** The server's signing key. Throws where the file holds something else. */
export async function loadSigningKey(data: string): Promise<KeyObject> {
  const path = keyFile(data);
  const pem = (await readIfPresent(path)) ?? (await makeKey(path));
  const key = readKey(pem);
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new DeskreelError('internal', `${KEY_FILE} in the data folder holds no Ed25519 private key`);
  }
  return key;
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Two servers that start at once end with the same key: the first link wins. */
async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // A loss of power must not leave an empty file: no server would start on the folder again.
  await writeFile(temporary, pem, { mode: PRIVATE_FILE, flag: 'wx', flush: true });
  try {
    await link(temporary, path);
    await syncPath(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readIfPresent(path)) ?? pem;
}
