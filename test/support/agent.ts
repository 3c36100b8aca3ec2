// An agent on a loopback port with the real link and server, whose commands are the test's own: for what has no screen.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { createAgentServer } from '../../guest/agent/agent-server.ts';
import { CallRunner } from '../../guest/agent/call-runner.ts';
import { LinkSession } from '../../guest/agent/link-session.ts';
import type { Execute, Executed } from '../../guest/agent/run-call.ts';
import { Sessions } from '../../guest/agent/sessions.ts';
import { UNSEEN } from '../../guest/agent/status.ts';
import type { Captures } from '../../guest/capture/captures.ts';
import { systemClock as guestClock } from '../../guest/clock.ts';
import type { Holdings } from '../../guest/input/held.ts';
import type { PrivacyGuard } from '../../guest/privacy/guard.ts';
import { PtyNews } from '../../protocol/pty-stream.ts';
import { LINK_VERSION } from '../../protocol/link.ts';
import { systemClock } from '../../server/clock.ts';
import { GuestLink } from '../../server/commands/guest-link.ts';
import { nothingToHide } from './no-secrets.ts';

export type { Execute };

const TOKEN = 'agent-token';

export const noCaptures: Captures = {
  around: (_callId, _wish, work) => work(),
  capture: () => Promise.resolve(),
  requested: () => undefined,
  film: () => undefined,
  forget: () => undefined,
  close: () => undefined,
};

export const noHoldings: Holdings = {
  isHolding: () => false,
  release: () => Promise.resolve({ buttons: [], keys: 0 }),
};

export interface TestAgent extends AsyncDisposable {
  readonly link: GuestLink;
  /** Another server's link to it. */
  anotherLink(): GuestLink;
  /** Breaks every connection; agent and port stay. */
  drop(): void;
  /** As an agent that died and was started again: it remembers nothing. */
  restart(): void;
}

export async function startAgent(execute: Execute): Promise<TestAgent> {
  const sockets = new Set<WebSocket>();
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  let agent = run(execute, onFault);
  const server = createAgentServer({
    token: TOKEN,
    status: () => Promise.resolve(UNSEEN),
    onVnc: (socket) => socket.close(),
    onLink: (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      const { boot, ...parts } = agent;
      new LinkSession(socket, {
        ...parts,
        typing: {
          ask: () => Promise.resolve('plain'),
          askElement: () => Promise.resolve('plain'),
          given: () => Promise.resolve(),
        },
        createCaptures: () => noCaptures,
        hello: () => ({ type: 'hello', link: LINK_VERSION, boot, package: 'test', status: UNSEEN }),
        status: () => Promise.resolve(UNSEEN),
        ptyNews: new PtyNews(),
        onFault,
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const links: GuestLink[] = [];
  const anotherLink = (): GuestLink => {
    const url = (): Promise<string> => Promise.resolve(`ws://127.0.0.1:${port}`);
    const made = new GuestLink({ url, token: TOKEN }, systemClock);
    links.push(made);
    return made;
  };
  const link = anotherLink();
  await link.ready(AbortSignal.timeout(5000));
  const drop = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  return {
    link,
    anotherLink,
    drop,
    restart: () => {
      agent = run(execute, onFault);
      drop();
    },
    [Symbol.asyncDispose]: async () => {
      for (const made of links) made.close();
      drop();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw new AggregateError(faults, 'the agent had faults');
    },
  };
}

/** What one run of an agent knows. */
function run(
  execute: Execute,
  onFault: (error: unknown) => void,
): { boot: string; sessions: Sessions; guard: PrivacyGuard; calls: CallRunner } {
  const clock = guestClock;
  const sessions = new Sessions({ holdings: noHoldings, clock, onLifted: () => undefined, onFault });
  const guard = nothingToHide();
  const calls = new CallRunner({ execute, sessions, guard, clock });
  return { boot: randomUUID(), sessions, guard, calls };
}

/** Answers every command at once, and notes what it was asked. */
export function echo(seen: string[]): Execute {
  return (command): Promise<Executed> => {
    seen.push(command);
    return Promise.resolve({ result: {} });
  };
}
