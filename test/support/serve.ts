// A server as a process of its own, for tests that kill it: `serve.ts <data folder>`. Prints its URL when it listens.
import { startServer } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';

const server = await startServer(readConfig({ port: 0, data: process.argv[2] ?? '' }));
process.stdout.write(`${server.url}\n`);
process.once('SIGTERM', () => void server.close());
