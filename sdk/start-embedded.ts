// The server inside this process. Its parts are loaded when they are needed: a client of a running server pays nothing.
import type { Config } from '../server/config.ts';
import type { EmbeddedServer } from './embedded.ts';

export async function startEmbedded(config: Config): Promise<EmbeddedServer> {
  const { startServer } = await import('../server/app.ts');
  // A program that uses the SDK wants no log rows among its own output.
  return startServer(config, { writeLog: () => undefined });
}
