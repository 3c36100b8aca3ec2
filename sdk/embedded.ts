// Servers inside this process: one for each data folder, shared by all who need it, ended when the last lets go.
import { toDeskreelError } from '../protocol/errors.ts';
import type { Config } from '../server/config.ts';
import type { ServerAddress } from './http.ts';

/** A server in this process. */
export interface EmbeddedServer extends ServerAddress {
  close(): Promise<void>;
}

export type StartServer = (config: Config) => Promise<EmbeddedServer>;

/** What is used until it is let go. */
export interface Lease {
  readonly address: ServerAddress;
  /** The second time does nothing. */
  readonly release: () => Promise<void>;
}

interface Shared {
  readonly server: Promise<EmbeddedServer>;
  users: number;
  closing: Promise<void> | undefined;
}

export class EmbeddedServers {
  readonly #start: StartServer;
  readonly #running = new Map<string, Shared>();

  constructor(start: StartServer) {
    this.#start = start;
  }

  /** The server of the configuration's data folder, started at the first call. */
  async acquire(config: Config): Promise<Lease> {
    const shared = await this.#shared(config);
    shared.users += 1;
    let released = false;
    const release = async (): Promise<void> => {
      if (released) return;
      released = true;
      shared.users -= 1;
      if (shared.users === 0) await this.#close(config.data, shared);
    };
    try {
      return { address: await shared.server, release };
    } catch (error) {
      this.#running.delete(config.data);
      throw toDeskreelError(error);
    }
  }

  async #shared(config: Config): Promise<Shared> {
    for (;;) {
      const known = this.#running.get(config.data);
      if (!known) break;
      if (!known.closing) return known;
      await known.closing;
    }
    const shared: Shared = { server: this.#start(config), users: 0, closing: undefined };
    this.#running.set(config.data, shared);
    return shared;
  }

  async #close(data: string, shared: Shared): Promise<void> {
    shared.closing = shared.server.then((server) => server.close()).finally(() => this.#running.delete(data));
    await shared.closing;
  }
}
