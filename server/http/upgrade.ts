// From an HTTP upgrade to a WebSocket: commands of one desktop, or its screen.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { ClientSocket } from '../commands/client-socket.ts';
import type { Desktop } from '../desktops/desktop.ts';
import { admit, checkPlace } from './access.ts';
import type { HttpParts } from './context.ts';
import { refuseUpgrade } from './error-reply.ts';
import { FirstMessages, notAuthenticated, type Credentials } from './first-message.ts';
import { ptySocket } from './pty-routes.ts';
import { Viewer } from '../viewers/viewer.ts';
import { viewerActor } from '../viewers/viewer-actor.ts';
import { relayVnc } from './vnc-relay.ts';

/** All of them, in Express's notation. */
export const SOCKET_PATHS = [
  '/v1/desktops/:id/ws',
  '/v1/desktops/:id/vnc',
  '/v1/desktops/:id/pty/:pid/ws',
  '/ws',
] as const;
const PATH = /^\/v1\/desktops\/([^/?]+)\/(ws|vnc|pty\/\d+\/ws)(?:\?.*)?$/;
/** Where Cua's clients connect that name their container and its key in their first message. */
const CUA_PATH = /^\/ws(?:\?.*)?$/;
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
    open: (credentials, ws) => {
      const desktop = openedBy(parts, credentials);
      endWith(parts, desktop, ws);
      serveCommands(desktop, ws);
    },
  });
  server.on('upgrade', (request, socket, head) => {
    try {
      checkPlace(parts, request);
      if (CUA_PATH.test(request.url ?? '') && !keyless.full) {
        sockets.handleUpgrade(request, socket, head, (ws) => keyless.await(socket, ws));
        return;
      }
      const { desktop, purpose, url } = target(parts, request);
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
      } else if (purpose === 'vnc') {
        const actor = viewerActor(url);
        accept((ws) => relay(parts, desktop, actor, ws));
      } else accept((ws) => serveCommands(desktop, ws));
    } catch (error) {
      refuse(parts, request, socket, error);
    }
  });
}

interface Target {
  readonly desktop: Desktop;
  readonly purpose: Purpose;
  /** The path that was asked for, with its query. */
  readonly url: string;
}

function target(parts: HttpParts, request: IncomingMessage): Target {
  const { url } = admit(parts, request);
  const [, id, purpose] = PATH.exec(url) ?? [];
  if (id === undefined || purpose === undefined) {
    throw new DeskreelError('not_found', 'there is no WebSocket at this path');
  }
  // The pattern has no others.
  return { desktop: parts.registry.get(decodeURIComponent(id)), purpose: purpose as Purpose, url };
}

/** The desktop whose own key was sent, or the one that is named beside the server's token. Throws `unauthorized`. */
function openedBy({ authenticator, registry }: HttpParts, credentials: Credentials): Desktop {
  const { api_key: key, container_name: name } = credentials;
  if (authenticator.isToken(key)) return registry.get(name);
  const desktop = registry.byKey(key);
  if (desktop) return desktop;
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

function serveCommands({ dispatcher }: Desktop, ws: WebSocket): void {
  new ClientSocket(ws, dispatcher);
}

function relay({ driver, clock, log }: HttpParts, desktop: Desktop, actor: Actor, ws: WebSocket): void {
  const { recorder, link: guest } = desktop;
  relayVnc(ws, {
    address: () => driver.address(desktop.id),
    guestToken: desktop.record.guestToken,
    viewer: new Viewer({ actor, recorder, guest, clock, log }),
    clock,
    log,
  });
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
