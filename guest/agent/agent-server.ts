// The agent's port 8000: /healthz, and with a token the server's /link and the /vnc bridge, without one Cua's dialect.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { GuestStatus } from '../../protocol/link.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';
import type { CuaServer } from '../alone/cua-server.ts';
import { fromPage, pathOf, refuse, send } from './http.ts';

export interface AgentServerParts {
  readonly token: string;
  readonly status: () => Promise<GuestStatus>;
  readonly onLink: (socket: WebSocket) => void;
  readonly onVnc: (socket: WebSocket) => void;
  /** What answers everything else; there is one only where there is no token. */
  readonly alone?: CuaServer | undefined;
}

/** Base64 and JSON around what clients may send; the link carries it whole. */
const LINK_MESSAGE_BYTES = 2 * MAX_MESSAGE_BYTES;

export function createAgentServer(parts: AgentServerParts): Server {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LINK_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const server = createServer((request, response) => void answer(request, response, parts));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const accept = { '/link': parts.onLink, '/vnc': parts.onVnc }[pathOf(request)];
    if (!accept && parts.alone) {
      void parts.alone.upgrade(request, socket, head);
      return;
    }
    const refusal = accept ? refusalOf(request, parts.token) : 404;
    if (!accept || refusal) refuse(socket, refusal ?? 404);
    else sockets.handleUpgrade(request, socket, head, accept);
  });
  return server;
}

/** The status to refuse with; undefined lets in. A browser page always sends an Origin and is never let in. */
function refusalOf(request: IncomingMessage, token: string): 401 | 403 | undefined {
  if (fromPage(request) || token === '') return 403;
  return sameSecret(request.headers.authorization ?? '', `Bearer ${token}`) ? undefined : 401;
}

function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: AgentServerParts,
): Promise<void> {
  const path = pathOf(request);
  if (path === '/healthz') {
    // For the image's own health check, from inside: it tells parts, and nothing that is on the screen.
    const status = await parts.status();
    send(response, status.missing.some((gap) => isVital(gap.part)) ? 503 : 200, status);
    return;
  }
  if (parts.alone) await parts.alone.answer(request, response);
  else send(response, 404, { error: { code: 'not_found', message: `the agent has no ${path}` } });
}

/** Without these nothing works; an application without a tree leaves the desktop healthy. */
function isVital(part: string): boolean {
  return part === 'x' || part === 'accessibility';
}
