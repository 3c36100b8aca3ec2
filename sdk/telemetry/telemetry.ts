// Usage events on their way to a PostHog server that the user names. Without one, there is nothing here that could send.
import { randomUUID } from 'node:crypto';
import { PostHog } from 'posthog-node';
import { packageVersion } from '../../server/package-root.ts';
import { nodeVersion } from './system.ts';

/** A server that does not answer holds nobody up for longer. Milliseconds. */
const PATIENCE_MS = 3000;
const OK = 200;

export type EventProperties = Record<string, unknown>;
type Module = 'computer' | 'agent';

export class Telemetry {
  readonly #client: PostHog;
  /** Of this process, and of nothing that outlives it. */
  readonly #distinctId = randomUUID();
  readonly #modules = new Set<Module>();

  constructor(host: string, key: string) {
    this.#client = new PostHog(key, {
      host,
      disableGeoip: true,
      fetchRetryCount: 0,
      requestTimeout: PATIENCE_MS,
      fetch: quietFetch,
    });
    // A process that ends by itself sends what is left.
    process.once('beforeExit', () => void this.flush());
  }

  capture(event: string, properties: EventProperties): void {
    this.#client.capture({ distinctId: this.#distinctId, event, properties });
  }

  /** The first use of a part of the package in this process. */
  moduleInit(module: Module): void {
    if (this.#modules.has(module)) return;
    this.#modules.add(module);
    this.capture('module_init', { module, version: packageVersion(), node_version: nodeVersion() });
  }

  /** Resolves when all events so far were sent, or could not be. */
  async flush(): Promise<void> {
    await this.#client.flush();
  }
}

/** PostHog's client prints what fails, and tries again; that telemetry does not get through is nobody's trouble. */
async function quietFetch(...[url, options]: Parameters<FetchOption>): ReturnType<FetchOption> {
  try {
    const response = await fetch(url, options);
    if (response.ok) return response;
  } catch {
    // Nobody waits for it: what could not be sent is not sent.
  }
  return { status: OK, text: () => Promise.resolve(''), json: () => Promise.resolve({}) };
}

type FetchOption = NonNullable<NonNullable<ConstructorParameters<typeof PostHog>[1]>['fetch']>;

/** One client for each server in a process: the id, and what was told once, belong to the process. */
const OPEN = new Map<string, Telemetry>();

/** Undefined where no `DESKREEL_TELEMETRY_HOST` is named: then nothing leaves. */
export function openTelemetry(environment: NodeJS.ProcessEnv): Telemetry | undefined {
  const host = environment['DESKREEL_TELEMETRY_HOST']?.trim();
  if (!host) return undefined;
  const key = environment['DESKREEL_TELEMETRY_KEY']?.trim() || 'deskreel';
  const name = `${host} ${key}`;
  const telemetry = OPEN.get(name) ?? new Telemetry(host, key);
  OPEN.set(name, telemetry);
  return telemetry;
}
