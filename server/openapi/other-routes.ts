// The routes that are not in the REST table, for the OpenAPI document: files, pages, Cua's forms, terminals, WebSockets.
import { z } from 'zod';
import { CuaRequest } from '../../protocol/envelope.ts';
import { GuestStatus } from '../../protocol/link.ts';
import { TraceInfo } from '../../protocol/tracing.ts';
import { TraceList } from '../../protocol/api.ts';
import { ptyCommands } from '../../protocol/commands/pty.ts';
import { MEDIA_TYPES } from '../../trace/exports/exporter.ts';

type Content = Readonly<Record<string, z.ZodType>>;
type Tag = 'desktops' | 'traces' | 'commands' | 'terminals' | 'pages' | 'operations';

export interface OtherRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Express's notation. */
  readonly path: string;
  readonly title: string;
  readonly tag: Tag;
  /** What is sent, and what is answered, by media types. */
  readonly body?: Content;
  readonly answer?: Content;
  /** 200 where it is not said; 101 for a WebSocket. */
  readonly status?: 101 | 201 | 303;
  readonly query?: Readonly<Record<string, string>>;
  /** What a refusal is, where it is no `Error`. */
  readonly failure?: 'Detail';
  /** No key is asked for. */
  readonly isOpen?: true;
}

const json = (schema: z.ZodType): Content => ({ 'application/json': schema });
const html = { 'text/html': z.string() };
const zip = { 'application/zip': z.unknown() };
const Live = z.object({ status: z.literal('ok') });
const CuaReply = z.looseObject({ success: z.boolean(), error: z.string().optional() });
const JsonRpc = z.looseObject({ jsonrpc: z.literal('2.0') });
const Login = z.object({ token: z.string(), next: z.string().optional() });
const Command = z.object({ params: z.array(z.unknown()), aliases: z.array(z.string()).optional() });
const CommandList = z.object({
  commands: z.record(z.string(), Command),
  aliases: z.record(z.string(), z.string()),
});
const Ok = json(z.object({ ok: z.literal(true) }));
const uploaded = json(z.object({}));
const part = { 'application/octet-stream': z.unknown() };
const key = { key: 'As in the address that was given' };

const operations = {
  healthz: { method: 'GET', path: '/healthz', title: 'Whether the server lives', tag: 'operations', answer: json(Live), isOpen: true },
  readyz: { method: 'GET', path: '/readyz', title: 'Whether desktops can be made', tag: 'operations', answer: json(Live.extend({ desktops: z.number() })) },
  metrics: { method: 'GET', path: '/metrics', title: 'Figures in the text format of Prometheus', tag: 'operations', answer: { 'text/plain': z.string() } },
  openApi: { method: 'GET', path: '/openapi.json', title: 'This document', tag: 'operations', answer: json(z.looseObject({ openapi: z.string() })) },
  mcp: { method: 'POST', path: '/mcp', title: 'MCP (streamable HTTP), of all desktops', tag: 'operations', body: json(JsonRpc), answer: json(JsonRpc) },
} satisfies Record<string, OtherRoute>; // prettier-ignore

const pages = {
  pageOfDesktops: { method: 'GET', path: '/', title: 'Page: the desktops', tag: 'pages', answer: html },
  pageOfDesktop: { method: 'GET', path: '/view/:id', title: 'Page: the screen of a desktop', tag: 'pages', answer: html },
  loginForm: { method: 'GET', path: '/login', title: 'Page: the way in; with a token, sets the cookie', tag: 'pages', query: { token: 'The server’s', next: 'The page to go on to' }, answer: html, isOpen: true },
  login: { method: 'POST', path: '/login', title: 'Set the cookie and go on to a page', tag: 'pages', body: { 'application/x-www-form-urlencoded': Login }, status: 303, isOpen: true },
} satisfies Record<string, OtherRoute>; // prettier-ignore

const traces = {
  importTrace: { method: 'POST', path: '/v1/traces/import', title: 'Make a trace of an archive of Cua’s Tracing API or of a run of OSWorld', tag: 'traces', body: zip, status: 201, answer: json(TraceInfo) },
  listTracesByOldName: { method: 'GET', path: '/api/traces/list', title: 'List the traces', tag: 'traces', answer: json(TraceList) },
  getArchive: { method: 'GET', path: '/v1/traces/:id/archive', title: 'The ZIP of a trace; waits until it is written', tag: 'traces', answer: zip },
  exportTrace: { method: 'GET', path: '/v1/traces/:id/export/:format', title: 'A trace in another format', tag: 'traces', answer: Object.fromEntries(Object.values(MEDIA_TYPES).map((type) => [type, z.unknown()])) },
  getArtifact: { method: 'GET', path: '/v1/traces/:id/artifacts/*name', title: 'An artifact of the run', tag: 'traces', answer: part },
  putArtifact: { method: 'PUT', path: '/v1/artifacts/:id/:part', title: 'An artifact of a run, or the index of them', tag: 'traces', query: key, body: part, answer: uploaded, isOpen: true },
  putScreenshot: { method: 'PUT', path: '/v1/uploads/:id/screenshots/:sequence', title: 'A picture of a run', tag: 'traces', query: key, body: { 'image/png': z.unknown(), 'image/jpeg': z.unknown() }, answer: uploaded, isOpen: true },
  putUpload: { method: 'PUT', path: '/v1/uploads/:id/:part', title: 'The trace of a run, or its index', tag: 'traces', query: key, body: part, answer: uploaded, isOpen: true },
} satisfies Record<string, OtherRoute>; // prettier-ignore

const commands = {
  listCommands: { method: 'GET', path: '/v1/desktops/:id/commands', title: 'What there is to call', tag: 'commands', answer: json(CommandList) },
  desktopStatus: { method: 'GET', path: '/v1/desktops/:id/status', title: 'Whether all parts of the desktop are there', tag: 'desktops', answer: json(GuestStatus) },
  cuaCommand: { method: 'POST', path: '/v1/desktops/:id/cmd', title: 'A command in Cua’s dialect; answered by one server-sent event', tag: 'commands', body: json(CuaRequest), answer: { 'text/plain': z.string() }, failure: 'Detail' },
  cuaBrowser: { method: 'POST', path: '/v1/desktops/:id/playwright_exec', title: 'A command to the desktop’s browser in Cua’s dialect', tag: 'commands', body: json(CuaRequest), answer: json(CuaReply), failure: 'Detail' },
  desktopMcp: { method: 'POST', path: '/v1/desktops/:id/mcp', title: 'MCP, of this desktop', tag: 'commands', body: json(JsonRpc), answer: json(JsonRpc) },
  desktopSocket: { method: 'GET', path: '/v1/desktops/:id/ws', title: 'WebSocket: commands, in both dialects', tag: 'commands', status: 101 },
  cuaSocket: { method: 'GET', path: '/ws', title: 'WebSocket: Cua’s dialect; the first message is `authenticate`', tag: 'commands', status: 101, isOpen: true },
  desktopScreen: { method: 'GET', path: '/v1/desktops/:id/vnc', title: 'WebSocket: the screen, by VNC; ?actor= says who looks', tag: 'desktops', status: 101 },
} satisfies Record<string, OtherRoute>; // prettier-ignore

const { pty_create: create, pty_kill: kill, pty_resize: resize, pty_send: send } = ptyCommands;
const terminals = {
  createTerminal: { method: 'POST', path: '/v1/desktops/:id/pty', title: 'Open a terminal', tag: 'terminals', body: json(create.params), answer: json(create.result), failure: 'Detail' },
  getTerminal: { method: 'GET', path: '/v1/desktops/:id/pty/:pid', title: 'Look at a terminal', tag: 'terminals', answer: json(create.result), failure: 'Detail' },
  endTerminal: { method: 'DELETE', path: '/v1/desktops/:id/pty/:pid', title: 'End a terminal', tag: 'terminals', answer: json(kill.result), failure: 'Detail' },
  typeIntoTerminal: { method: 'POST', path: '/v1/desktops/:id/pty/:pid/stdin', title: 'Type into a terminal', tag: 'terminals', body: json(send.params.omit({ pid: true })), answer: Ok, failure: 'Detail' },
  resizeTerminal: { method: 'POST', path: '/v1/desktops/:id/pty/:pid/resize', title: 'Resize a terminal', tag: 'terminals', body: json(resize.params.omit({ pid: true })), answer: Ok, failure: 'Detail' },
  followTerminal: { method: 'GET', path: '/v1/desktops/:id/pty/:pid/stream', title: 'What a terminal prints, as server-sent events', tag: 'terminals', answer: { 'text/event-stream': z.string() }, failure: 'Detail' },
  terminalSocket: { method: 'GET', path: '/v1/desktops/:id/pty/:pid/ws', title: 'WebSocket: a terminal', tag: 'terminals', status: 101 },
} satisfies Record<string, OtherRoute>; // prettier-ignore

export const OTHER_ROUTES: Readonly<Record<string, OtherRoute>> = {
  ...operations,
  ...pages,
  ...traces,
  ...commands,
  ...terminals,
};
