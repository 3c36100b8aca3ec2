// PostgreSQL and an S3 store in one container, for the tests of sinks.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const IMAGE = 'deskreel-test-stores';
const DOCKERFILE = `
FROM debian:trixie-slim
RUN apt-get update \\
  && apt-get install -y --no-install-recommends postgresql python3-moto python3-flask python3-flask-cors \\
  && rm -rf /var/lib/apt/lists/*
`;
/** PostgreSQL as its own user, reachable from outside by a password; moto's server beside it. */
const START = `
set -e
cd /tmp
conf=$(ls -d /etc/postgresql/*/main)
echo "listen_addresses='*'" >> "$conf/postgresql.conf"
echo "host all all all scram-sha-256" >> "$conf/pg_hba.conf"
service postgresql start
su postgres -c "psql -c \\"CREATE USER tracer PASSWORD 'secret'\\" -c 'CREATE DATABASE traces OWNER tracer'"
exec python3 -c "from moto.server import main; main(['-H', '0.0.0.0', '-p', '5000'])"
`;

const POSTGRES_PORT = 5432;
const S3_PORT = 5000;

export interface Stores extends AsyncDisposable {
  connection(): Promise<string>;
  s3Endpoint(): Promise<string>;
  stopPostgres(): Promise<string>;
  startPostgres(): Promise<string>;
}

export async function startStores(): Promise<Stores> {
  await build();
  const publish = [POSTGRES_PORT, S3_PORT].flatMap((port) => ['--publish', `127.0.0.1::${port}`]);
  const id = await docker('run', '--detach', '--init', ...publish, IMAGE, 'bash', '-c', START);
  const at = (port: number): Promise<string> => docker('port', id, `${port}/tcp`);
  return {
    connection: async () => `postgres://tracer:secret@${await at(POSTGRES_PORT)}/traces`,
    s3Endpoint: async () => `http://${await at(S3_PORT)}`,
    stopPostgres: () => docker('exec', id, 'service', 'postgresql', 'stop'),
    startPostgres: () => docker('exec', id, 'service', 'postgresql', 'start'),
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', '--volumes', id);
    },
  };
}

/** From standard input: nothing of this folder goes to the engine. What was built before is there at once. */
async function build(): Promise<void> {
  const variables = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => {
    const set = process.env[name] ?? process.env[name.toUpperCase()];
    return set === undefined ? [] : ['--build-arg', `${name}=${set}`];
  });
  const building = run('docker', ['build', '--tag', IMAGE, ...variables, '-']);
  building.child.stdin?.end(DOCKERFILE);
  await building;
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args);
  return stdout.trim();
}
