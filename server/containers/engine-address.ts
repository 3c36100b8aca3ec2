// Finds the Docker engine that Docker's own command line would use: DOCKER_HOST, then the context, then the usual sockets.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import { z } from 'zod';
import { DeskreelError } from '../../protocol/errors.ts';
import type { EngineSettings } from '../config.ts';
import { readJson } from '../fs-atomic.ts';

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const DEFAULT_CONTEXT = 'default';

/** Throws `engine_unavailable` for an engine on another machine: guest ports are published on that one's loopback. */
export async function engineAddress(settings: EngineSettings): Promise<DockerOptions> {
  const named = settings.dockerHost ?? (await hostOfContext(settings));
  if (named === undefined) return { socketPath: usualSocket(settings) };
  if (named.startsWith('unix://')) return { socketPath: named.slice('unix://'.length) };
  if (named.startsWith('npipe://')) return { socketPath: named.slice('npipe://'.length) };
  return await tcpAddress(named, settings);
}

async function tcpAddress(named: string, settings: EngineSettings): Promise<DockerOptions> {
  const url = URL.parse(named.includes('://') ? named : `tcp://${named}`);
  if (!url) throw unusable(`DOCKER_HOST is not an address: ${named}`);
  if (url.protocol !== 'tcp:' || !LOCAL_NAMES.has(url.hostname)) {
    throw unusable(
      `the Docker engine at ${named} is on another machine, where Deskreel cannot reach a desktop's ports. ` +
        'Run the server on that machine, or unset DOCKER_HOST (or the Docker context) to use an engine here.',
    );
  }
  const address = { host: url.hostname.replace(/[[\]]/g, ''), port: Number(url.port || 2375) };
  return settings.tlsVerify
    ? { ...address, ...(await certificates(settings)) }
    : { ...address, protocol: 'http' };
}

async function certificates(settings: EngineSettings): Promise<DockerOptions> {
  const certs = settings.certPath ?? settings.configDir;
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(certs, name), 'utf8')),
  );
  return { protocol: 'https', ...(ca && cert && key ? { ca, cert, key } : {}) };
}

const DockerConfig = z.object({ currentContext: z.string().optional() });
const ContextMeta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

async function hostOfContext(settings: EngineSettings): Promise<string | undefined> {
  const name = settings.dockerContext ?? (await currentContext(settings));
  if (name === undefined || name === DEFAULT_CONTEXT) return undefined;
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = await readJson(join(settings.configDir, 'contexts', 'meta', folder, 'meta.json'), ContextMeta);
  if (!meta) throw unusable(`the Docker context "${name}" is not known; \`docker context ls\` lists them.`);
  return meta.Endpoints.docker.Host;
}

async function currentContext(settings: EngineSettings): Promise<string | undefined> {
  return (await readJson(join(settings.configDir, 'config.json'), DockerConfig))?.currentContext;
}

/** The system's engine, else a rootless one, else Docker Desktop's; the first where none is there. */
function usualSocket(settings: EngineSettings): string {
  const system = '/var/run/docker.sock';
  const rootless = settings.runtimeDir === undefined ? [] : [join(settings.runtimeDir, 'docker.sock')];
  const candidates = [system, ...rootless, join(settings.home, '.docker', 'run', 'docker.sock')];
  return candidates.find((path) => existsSync(path)) ?? system;
}

function unusable(message: string): DeskreelError {
  return new DeskreelError('engine_unavailable', message);
}
