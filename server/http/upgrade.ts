// From an HTTP upgrade to a WebSocket: commands of one desktop, or its screen.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { ClientSocket } from '../commands/client-socket.ts';
import type { Desktop } from '../desktops/desktop.ts';
import { admit, checkPlace } from './access.ts';
import type { HttpParts } from './context.ts';
import { refuseUpgrade } from './error-reply.ts';
import { FirstMessages, notAuthenticated } from './first-message.ts';
import { ptySocket } from './pty-routes.ts';
import { relayVnc } from './vnc-relay.ts';

const PATH = /^\/v1\/desktops\/([^/?]+)\/(ws|vnc|pty\/\d+\/ws)(?:\?.*)?$/;
/** "Going away", as RFC 6455 names it. */
const GOING_AWAY = 1001;

/** For the closing handshake. Milliseconds. */
const FAREWELL_MS = 1000;

type Purpose = 'ws' | 'vnc' | `pty/${string}`;

/** Answers upgrades until the server stops. */
export function acceptUpgrades(server: Server, parts: HttpParts): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // noVNC asks for it; the agent's socket speaks plain binary anyhow.
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  });
  const keyless = new FirstMessages({
    clock: parts.clock,
    closing: parts.closing,
    open: (request, key, ws) => {
      const desktop = openedBy(parts, request, key);
      endWith(parts, desktop, ws);
      serve(parts, desktop, 'ws', ws);
    },
  });
  server.on('upgrade', (request, socket, head) => {
    try {
      checkPlace(parts, request);
      if (maySendKey(parts, request) && !keyless.full) {
        sockets.handleUpgrade(request, socket, head, (ws) => keyless.await(request, socket, ws));
        return;
      }
      const { desktop, purpose } = target(parts, request);
      const accept = (serving: (ws: WebSocket) => void): void =>
        sockets.handleUpgrade(request, socket, head, (ws) => {
          endWith(parts, desktop, ws);
          serving(ws);
        });
      if (isTerminal(purpose)) {
        socket.on('error', () => socket.destroy());
        ptySocket(parts, desktop, `/${purpose}`).then(accept, (error: unknown) =>
          refuseUpgrade(parts.log, request, socket, error),
        );
      } else accept((ws) => serve(parts, desktop, purpose, ws));
    } catch (error) {
      refuse(parts, request, socket, error);
    }
  });
}

function target(parts: HttpParts, request: IncomingMessage): { desktop: Desktop; purpose: Purpose } {
  const { url } = admit(parts, request);
  const { id, purpose } = place(url);
  return { desktop: parts.registry.get(id), purpose };
}

/** Throws `not_found` for a path that is none of a socket. */
function place(url: string): { id: string; purpose: Purpose } {
  const [, id, purpose] = PATH.exec(url) ?? [];
  if (id === undefined || purpose === undefined) {
    throw new DeskreelError('not_found', 'there is no WebSocket at this path');
  }
  // The pattern has no others.
  return { id: decodeURIComponent(id), purpose: purpose as Purpose };
}

/** Commands alone have a dialect that a key can be told in. */
function maySendKey({ authenticator }: HttpParts, { url = '', headers }: IncomingMessage): boolean {
  return PATH.exec(url)?.[2] === 'ws' && !authenticator.bringsKey(headers);
}

/** The desktop of the path, where the server's token or that desktop's own key was sent. Throws `unauthorized`. */
function openedBy(
  { authenticator, registry }: HttpParts,
  { url = '' }: IncomingMessage,
  key: string,
): Desktop {
  const { id } = place(url);
  if (authenticator.isToken(key)) return registry.get(id);
  const desktop = registry.byKey(key);
  if (desktop && (desktop.id === id || desktop.record.name === id)) return desktop;
  throw notAuthenticated();
}

function isTerminal(purpose: Purpose): purpose is `pty/${string}` {
  return purpose.startsWith('pty/');
}

/** The socket goes with its desktop, and with the server. */
function endWith(parts: HttpParts, desktop: Desktop, ws: WebSocket): void {
  const over = AbortSignal.any([desktop.removed, parts.closing]);
  const leave = (): void => void hangUp(parts, ws);
  over.addEventListener('abort', leave, { once: true });
  ws.on('close', () => over.removeEventListener('abort', leave));
}

function serve(parts: HttpParts, desktop: Desktop, purpose: 'ws' | 'vnc', ws: WebSocket): void {
  if (purpose === 'ws') new ClientSocket(ws, desktop.dispatcher);
  else relayVnc(ws, () => parts.driver.address(desktop.id), desktop.record.guestToken, parts.log);
}

/** Politely; a peer that does not answer is cut off. */
async function hangUp({ clock }: HttpParts, ws: WebSocket): Promise<void> {
  ws.close(GOING_AWAY, 'the desktop or its server goes away');
  await clock.sleep(FAREWELL_MS);
  ws.terminate();
}

function refuse(parts: HttpParts, request: IncomingMessage, socket: Duplex, error: unknown): void {
  // A client that hung up while it was refused.
  socket.on('error', (cause) => parts.log.info('upgrade.broken', { cause }));
  refuseUpgrade(parts.log, request, socket, error);
}
