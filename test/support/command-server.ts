// The server's own command path on a loopback port, with a test agent behind it: for clients that need no screen.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { ClientSocket } from '../../server/commands/client-socket.ts';
import { Dispatcher } from '../../server/commands/dispatcher.ts';
import { startAgent, type Execute } from './agent.ts';

export interface CommandServer extends AsyncDisposable {
  readonly url: string;
  /** How many connections there have been. */
  connections(): number;
  /** Breaks every client's connection; the port stays. */
  drop(): void;
}

export async function startCommandServer(execute: Execute): Promise<CommandServer> {
  const agent = await startAgent(execute);
  const dispatcher = new Dispatcher(agent.link, []);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  let count = 0;
  server.on('connection', (socket) => {
    count += 1;
    new ClientSocket(socket, dispatcher);
  });
  const drop = (): void => {
    for (const socket of server.clients) socket.terminate();
  };
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    connections: () => count,
    drop,
    [Symbol.asyncDispose]: async () => {
      drop();
      server.close();
      await once(server, 'close');
      await agent[Symbol.asyncDispose]();
    },
  };
}
