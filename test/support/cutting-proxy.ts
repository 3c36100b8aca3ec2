// A TCP proxy on loopback that breaks each of its connections after as many bytes as chance decides, also inside of a frame.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Enough for a handshake, and for a few commands or some dozens. Bytes in both directions. */
const SHORTEST = 400;
const LONGEST = 4_000;

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that were broken so far. */
  cuts(): number;
}

/** Passes everything on to a port of this machine. */
export async function startCuttingProxy(target: number, random: () => number): Promise<CuttingProxy> {
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const both = [client, upstream];
    let left = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST));
    const end = (): void => {
      for (const socket of both) {
        socket.destroy();
        open.delete(socket);
      }
    };
    const pass = (from: Socket, to: Socket): void => {
      open.add(from);
      from.on('data', (piece: Buffer) => {
        if (left <= 0) return;
        to.write(piece.subarray(0, left));
        left -= piece.length;
        if (left > 0) return;
        cuts += 1;
        // What was passed on arrives; nothing after it does.
        to.end();
        setImmediate(end);
      });
      from.on('error', end);
      from.on('close', end);
    };
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cuts: () => cuts,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
