// Ports 6901 and 6080 of the image used alone: noVNC's own pages, and a bridge from their WebSocket to Xvnc.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { namedPlainly, pathOf, refuse, sendText } from '../agent/http.ts';

export interface ViewServerParts {
  /** The folder of noVNC's files. */
  readonly files: string;
  readonly onViewer: (socket: WebSocket) => void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.oga': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
};

export function createViewServer({ files, onViewer }: ViewServerParts): Server {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  });
  const server = createServer((request, response) => void answer(files, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isOwnPage(request)) refuse(socket, 403);
    else if (pathOf(request) !== '/websockify') refuse(socket, 404);
    else sockets.handleUpgrade(request, socket, head, onViewer);
  });
  return server;
}

/** noVNC's page is of this very address; a page of another place, or of a name made to point here, is not. */
function isOwnPage(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === host?.toLowerCase() && namedPlainly(request);
}

async function answer(files: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = filePath(request);
  if (path === '/') {
    response.writeHead(302, { Location: '/vnc.html' }).end();
    return;
  }
  const type = TYPES[extname(path)];
  const content =
    type === undefined || request.method !== 'GET' ? undefined : await readIfThere(join(files, path));
  if (content === undefined) sendText(response, 404, 'text/plain', 'there is no such file');
  else response.writeHead(200, { 'Content-Type': type }).end(content);
}

/** A plain absolute path, or `/`: no `..` is left in it, and nothing that the file system does not take. */
function filePath(request: IncomingMessage): string {
  const path = pathOf(request);
  return /^\/[\w./-]+$/.test(path) ? normalize(path) : '/';
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
}
