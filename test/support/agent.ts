// An agent on a loopback port with the real link and server, whose commands are the test's own: for what has no screen.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { createAgentServer } from '../../guest/agent/agent-server.ts';
import { LinkSession } from '../../guest/agent/link-session.ts';
import type { Execute, Executed } from '../../guest/agent/run-call.ts';
import { UNSEEN } from '../../guest/agent/status.ts';
import type { Captures } from '../../guest/capture/captures.ts';
import { LINK_VERSION } from '../../protocol/link.ts';
import { systemClock } from '../../server/clock.ts';
import { GuestLink } from '../../server/commands/guest-link.ts';

export type { Execute };

const TOKEN = 'agent-token';

const noCaptures: Captures = {
  around: (_callId, _wish, work) => work(),
  capture: () => Promise.resolve(),
  forget: () => undefined,
  close: () => undefined,
};

export interface TestAgent extends AsyncDisposable {
  readonly link: GuestLink;
  /** Breaks every connection, as a dying agent does; the port stays. */
  drop(): void;
}

export async function startAgent(execute: Execute): Promise<TestAgent> {
  const sockets = new Set<WebSocket>();
  const faults: unknown[] = [];
  const server = createAgentServer({
    token: TOKEN,
    status: () => Promise.resolve(UNSEEN),
    onVnc: (socket) => socket.close(),
    onLink: (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      new LinkSession(socket, {
        execute,
        createCaptures: () => noCaptures,
        releaseAll: () => Promise.resolve(),
        hello: () => ({ type: 'hello', link: LINK_VERSION, package: 'test', status: UNSEEN }),
        status: () => Promise.resolve(UNSEEN),
        onFault: (error) => faults.push(error),
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const link = new GuestLink(
    { url: () => Promise.resolve(`ws://127.0.0.1:${port}`), token: TOKEN },
    systemClock,
  );
  await link.ready(AbortSignal.timeout(5000));
  const drop = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  return {
    link,
    drop,
    [Symbol.asyncDispose]: async () => {
      link.close();
      drop();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw new AggregateError(faults, 'the agent had faults');
    },
  };
}

/** Answers every command at once, and notes what it was asked. */
export function echo(seen: string[]): Execute {
  return (command): Promise<Executed> => {
    seen.push(command);
    return Promise.resolve({ result: {} });
  };
}
