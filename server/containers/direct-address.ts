// A container's own address. The published port leads through the engine's proxy, a program of its own that every
// message wakes twice; where this machine is the container's gateway, its address leads to it straight.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { GuestAddress } from './driver.ts';

/** As the engine describes a network that a container is on. */
export interface Joined {
  readonly IPAddress: string;
  readonly Gateway: string;
}

/** Longer than a connection over a bridge of this machine takes. Milliseconds. */
const CONNECT_MS = 250;

/**
 * Where the port is reached straight, and answers now; undefined where it is not: an engine in a virtual machine, a
 * firewall, a program that does not listen yet. An address whose gateway is elsewhere is not tried: on this machine's
 * networks it may be somebody else's.
 */
export async function directAddress(
  networks: Iterable<Joined>,
  port: number,
): Promise<GuestAddress | undefined> {
  const own = ownAddresses();
  for (const { IPAddress: host, Gateway } of networks) {
    if (host !== '' && own.has(Gateway) && (await answers(host, port))) return { host, port };
  }
  return undefined;
}

function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => address));
}

async function answers(host: string, port: number): Promise<boolean> {
  const socket: Socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return true;
  } catch {
    // Whatever the reason, the published port is the way then.
    return false;
  } finally {
    socket.destroy();
  }
}
