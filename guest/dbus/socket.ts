// Opens a D-Bus socket: address, connection, authentication as the user that this process is.
import { connect, type Socket } from 'node:net';
import { DBusError, DISCONNECTED } from './error.ts';

/** The path of the first unix socket in a D-Bus address; abstract ones begin with a NUL. */
export function socketPath(address: string): string {
  for (const one of address.split(';')) {
    const [transport, rest] = splitOnce(one, ':');
    if (transport !== 'unix') continue;
    const values = new Map(rest.split(',').map((pair) => splitOnce(pair, '=')));
    const path = values.get('path');
    if (path !== undefined) return decodeURIComponent(path);
    const abstract = values.get('abstract');
    if (abstract !== undefined) return `\0${decodeURIComponent(abstract)}`;
  }
  throw new DBusError(DISCONNECTED, `no unix socket in the D-Bus address "${address}"`);
}

/**
 * A socket that is authenticated and ready for messages. Passing of file descriptors is not asked for, so none arrive.
 * Rejects when nobody answers, when the peer refuses us, and with the signal's reason when that ends first.
 */
export function openSocket(address: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect(socketPath(address));
    let line = '';
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', settle).off('close', onClose).off('data', onData);
      if (error === undefined) {
        resolve(socket);
        return;
      }
      socket.on('error', () => socket.destroy());
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => {
      settle(signal.reason instanceof Error ? signal.reason : new Error('connecting was given up'));
    };
    const onClose = (): void => {
      settle(new DBusError(DISCONNECTED, 'the socket closed during authentication'));
    };
    const onData = (bytes: Buffer): void => {
      line += bytes.toString('latin1');
      if (!line.includes('\r\n')) return;
      if (!line.startsWith('OK ')) {
        settle(new DBusError(DISCONNECTED, `authentication was refused: ${line.trim()}`));
        return;
      }
      socket.write('BEGIN\r\n');
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', settle).on('close', onClose).on('data', onData);
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`);
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
