// Certificate authorities that this host trusts beside the public ones: a network may put its own in front of TLS.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { SetupError } from './progress.mjs';

/** Debian's folders: the host's own authorities, and the public ones. */
const LOCAL_FOLDER = '/usr/local/share/ca-certificates';
const PUBLIC_FOLDER = '/usr/share/ca-certificates/mozilla';
/** They go to docker as one argument, and the kernel ends an argument at 128 KiB. */
const ARGUMENT_LIMIT = 120_000;

/** PEM text; empty on a host that trusts nothing special. */
export function extraAuthorities(env = process.env) {
  // Both lists: what is left must not depend on the Node that asks, or the build would start over with another one.
  const known = new Set([...rootCertificates, ...filesIn(PUBLIC_FOLDER).flatMap(certificatesIn)].map(strip));
  const extra = new Map();
  const named = [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE, env.npm_config_cafile];
  for (const file of [...named, ...filesIn(LOCAL_FOLDER)]) {
    if (!file || !existsSync(file)) continue;
    for (const pem of certificatesIn(file)) {
      if (!known.has(strip(pem))) extra.set(strip(pem), pem);
    }
  }
  const text = [...extra.values()].sort().join('\n');
  if (text.length > ARGUMENT_LIMIT) {
    throw new SetupError(
      'NODE_EXTRA_CA_CERTS holds too many certificates: name a file with only those you need.',
    );
  }
  return text;
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.crt'))
    .map((name) => join(folder, name));
}

function certificatesIn(file) {
  const text = readFileSync(file, 'utf8');
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

const strip = (pem) => pem.replace(/\s/g, '');
