// The client of a server: desktops and traces. `Computer` and the command line stand on it.
import { Readable } from 'node:stream';
import { DeskreelError } from '../protocol/errors.ts';
import type { DesktopInfo as DesktopWire, DesktopSpecInput } from '../protocol/desktop.ts';
import type { Actor } from '../protocol/primitives.ts';
import {
  TraceInfo as TraceInfoShape,
  type RedactOptionsInput,
  type TraceInfo as TraceWire,
} from '../protocol/tracing.ts';
import { exportName } from '../trace/exports/exporter.ts';
import { exporterFor } from '../trace/exports/registry.ts';
import { CommandSession } from './connection/command-session.ts';
import { findServer, type FoundServer } from './find-server.ts';
import type { HttpClient } from './http.ts';
import { camelKeys, type CamelKeys, type EitherCase } from './names.ts';
import type { ServerOptions } from './options.ts';
import {
  savePlan,
  traceOptions,
  type JsonValue,
  type SaveOptions,
  type TracingOptions,
} from './tracing/options.ts';
import { zipOf } from './tracing/import.ts';
import type { SearchResult } from './tracing/search.ts';
import { saveArchive, saveFile } from './tracing/save.ts';
import { prepareFile, prepareTarget } from './tracing/target.ts';
import { VncGateway } from './vnc/vnc-gateway.ts';

/** A desktop as the server tells of it. */
export type DesktopInfo = DesktopWire;
/** A trace as the server tells of it. */
export type TraceInfo = CamelKeys<TraceWire>;

export interface OpenOptions extends ServerOptions {
  /** Starts a server inside this process where none answers and none was named. Default true. */
  start?: boolean;
  signal?: AbortSignal;
}

export interface VncOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Who looks: the name of the actor whose events they are. By default each viewer gets a name of its own. */
  actor?: string;
  /** Told of a viewer that was not let in, or whose connection broke. */
  onFault: (error: Error) => void;
}

/** A trace that was saved on this machine. */
export interface SavedTrace {
  traceId: string;
  /** Absolute. */
  path: string;
}

export class Deskreel implements AsyncDisposable {
  readonly #server: FoundServer;
  readonly #http: HttpClient;

  private constructor(server: FoundServer) {
    this.#server = server;
    this.#http = server.http;
  }

  /**
   * Finds the server: `url`, else `DESKREEL_URL`, else `DESKREEL_HOST` and `DESKREEL_PORT` (127.0.0.1:7800). Where none
   * answers and none was named by a URL, one is started inside this process on the same data folder.
   * Throws `unauthorized` where no token is known or it is wrong, `guest_unavailable` where nothing answers.
   */
  static async open(options: OpenOptions = {}): Promise<Deskreel> {
    return new Deskreel(await findServer(options, options.start ?? true, options.signal));
  }

  /** The server's address. */
  get url(): string {
    return this.#http.url;
  }

  /** Creates a desktop and waits until it is ready. */
  async createDesktop(spec: DesktopSpecInput = {}, signal?: AbortSignal): Promise<DesktopInfo> {
    return this.#http.api('createDesktop', { body: spec, signal });
  }

  async listDesktops(): Promise<DesktopInfo[]> {
    return (await this.#http.api('listDesktops')).desktops;
  }

  /** The desktop with this id or name. Throws `not_found`. */
  async getDesktop(idOrName: string): Promise<DesktopInfo> {
    const all = await this.listDesktops();
    const found = all.find(({ id }) => id === idOrName) ?? all.find(({ name }) => name === idOrName);
    if (found) return found;
    throw new DeskreelError(
      'not_found',
      `there is no desktop ${idOrName}; \`deskreel ls\` lists those that are`,
    );
  }

  /** Removes a desktop and all that is in it. A trace that runs on it is closed. */
  async removeDesktop(id: string): Promise<void> {
    await this.#http.api('deleteDesktop', { id });
  }

  async pauseDesktop(id: string): Promise<DesktopInfo> {
    return this.#http.api('pauseDesktop', { id });
  }

  async resumeDesktop(id: string): Promise<DesktopInfo> {
    return this.#http.api('resumeDesktop', { id });
  }

  /** Restarts a desktop: its files stay, its programs do not. */
  async restartDesktop(id: string): Promise<DesktopInfo> {
    return this.#http.api('restartDesktop', { id });
  }

  /** A conversation with a desktop. It connects at the first command, and again where a connection breaks. */
  session(id: string, actor?: Actor): CommandSession {
    const url = `${this.url.replace(/^http/, 'ws')}/v1/desktops/${encodeURIComponent(id)}/ws`;
    return new CommandSession({ url, headers: this.#http.headers, actor });
  }

  /**
   * Opens a port of this machine, on 127.0.0.1, at which native VNC viewers find a desktop and what they do is recorded.
   * They are asked for its password. Throws `not_found` where there is no such desktop, `conflict` where the port is taken.
   */
  async openVnc(id: string, { port = 0, actor, onFault }: VncOptions): Promise<VncGateway> {
    const { links } = await this.getDesktop(id);
    const url = new URL(links.vnc);
    if (actor) url.searchParams.set('actor', actor);
    return VncGateway.open({ url: url.href, headers: this.#http.headers, port, onFault });
  }

  /** Starts a trace on a desktop and returns the trace's id. Throws `trace_active` where one runs. */
  async startTrace(desktopId: string, options?: EitherCase<TracingOptions>): Promise<string> {
    const body = traceOptions(options);
    return (await this.#http.api('startTrace', { id: desktopId, body })).trace_id;
  }

  /** Adds a key and a value to the trace that runs. Throws `trace_inactive` where none does. */
  async addTraceMetadata(desktopId: string, key: string, value: JsonValue): Promise<void> {
    await this.#http.api('addTraceMetadata', { id: desktopId, body: { key, value } });
  }

  /** Adds events of an agent's run to the trace that runs. Throws `trace_inactive` where none does. */
  async addTraceEvents(desktopId: string, events: readonly object[]): Promise<void> {
    await this.#http.api('addTraceEvents', { id: desktopId, body: { events } });
  }

  /** The trace that runs on a desktop, if one does. */
  async currentTrace(desktopId: string): Promise<TraceInfo | undefined> {
    const now = await this.#http.api('currentTrace', { id: desktopId });
    return now.active && now.trace ? camelKeys(now.trace) : undefined;
  }

  /**
   * Stops the trace that runs on a desktop and saves it on this machine.
   * Throws `conflict` or `bad_request` before it is stopped where it cannot be saved at `path`.
   */
  async stopTrace(
    desktopId: string,
    options?: EitherCase<SaveOptions>,
    signal?: AbortSignal,
  ): Promise<SavedTrace> {
    const plan = savePlan(options);
    const running = await this.currentTrace(desktopId);
    const target = running && (await prepareTarget(plan, running.traceId, process.cwd()));
    const { trace_id: traceId } = await this.#http.api('stopTrace', { id: desktopId, signal });
    // Where another client began a trace in between, the target is found again for the one that was stopped.
    const same = target !== undefined && running?.traceId === traceId;
    const place = same ? target : await prepareTarget(plan, traceId, process.cwd());
    return this.#save(traceId, place, signal);
  }

  /**
   * Makes a trace of the last so many milliseconds on a desktop, which nobody needs to have traced, and saves it on this
   * machine. Throws `conflict` where the desktop has no flight recorder.
   */
  async cutTrace(
    desktopId: string,
    lastMs: number,
    options?: EitherCase<SaveOptions & { name?: string }>,
    signal?: AbortSignal,
  ): Promise<SavedTrace> {
    const { name, ...save } = options ?? {};
    const plan = savePlan(save);
    const body = name === undefined ? { lastMs } : { lastMs, name };
    const { trace_id: traceId } = await this.#http.api('cutTrace', { id: desktopId, body, signal });
    return this.#save(traceId, await prepareTarget(plan, traceId, process.cwd()), signal);
  }

  async listTraces(): Promise<TraceInfo[]> {
    return (await this.#http.api('listTraces')).traces.map((trace) => camelKeys(trace));
  }

  /** Throws `not_found`. */
  async getTrace(traceId: string): Promise<TraceInfo> {
    return camelKeys(await this.#http.api('getTrace', { id: traceId }));
  }

  /**
   * Makes a trace of a finished one without some texts, patterns or parts of the screen; `replace` deletes the old one.
   * Throws `not_found`, or `bad_request` naming what is wrong.
   */
  async redactTrace(
    traceId: string,
    options: RedactOptionsInput,
    signal?: AbortSignal,
  ): Promise<{ traceId: string; source: string; pictures: ('tree' | 'ocr')[] }> {
    const { trace_id, ...told } = await this.#http.api('redactTrace', { id: traceId, body: options, signal });
    return { traceId: trace_id, ...told };
  }

  /** Keeps a trace from being deleted at the server, by anybody and by age, until it is released. */
  async holdTrace(traceId: string): Promise<TraceInfo> {
    return camelKeys(await this.#http.api('holdTrace', { id: traceId }));
  }

  async releaseTrace(traceId: string): Promise<TraceInfo> {
    return camelKeys(await this.#http.api('releaseTrace', { id: traceId }));
  }

  /** Deletes a finished trace at the server. What was saved elsewhere stays. */
  async deleteTrace(traceId: string): Promise<void> {
    await this.#http.api('deleteTrace', { id: traceId });
  }

  /** Saves a finished trace on this machine, again if need be. */
  async saveTrace(
    traceId: string,
    options?: EitherCase<SaveOptions>,
    signal?: AbortSignal,
  ): Promise<SavedTrace> {
    const target = await prepareTarget(savePlan(options), traceId, process.cwd());
    return this.#save(traceId, target, signal);
  }

  /**
   * Makes an export of a finished trace and saves it on this machine; `exportFormats` lists the formats.
   * `path`: a file, or a folder that gets it inside; `./<trace_id>_<format>.<extension>` by default. Nothing is ever
   * replaced. Throws `not_found` for a trace or a format that there is not, `unsupported` where the server cannot.
   */
  async exportTrace(
    traceId: string,
    format: string,
    { path, signal }: { path?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<SavedTrace> {
    const target = await prepareFile(path, exportName(traceId, exporterFor(format)), process.cwd());
    const route = `/v1/traces/${encodeURIComponent(traceId)}/export/${encodeURIComponent(format)}`;
    try {
      await saveFile(Readable.fromWeb(await this.#http.download(route, signal)), target, signal);
    } catch (cause) {
      if (cause instanceof DeskreelError) throw cause;
      throw notSaved(`the export of trace ${traceId}`, cause, 'ask for it again');
    }
    return { traceId, path: target };
  }

  /**
   * Finds a text in the finished traces of the server, the newest first, or in one of them: in commands, answers, errors, metadata,
   * the steps of agents and what the accessibility trees show. At most `limit` events, 100 by default.
   * Throws `not_found` where a trace is named that there is not, `bad_request` for an empty text.
   */
  async searchTraces(
    { text, traceId, limit }: { text: string; traceId?: string; limit?: number },
    signal?: AbortSignal,
  ): Promise<SearchResult> {
    const body = { text, trace_id: traceId, limit };
    return camelKeys(await this.#http.api('searchTraces', { body, signal }));
  }

  /**
   * Takes an archive of Cua's Tracing API or a run of OSWorld, ZIP or folder, into a sealed trace of the server.
   * Throws `bad_request` for what is neither.
   */
  async importTrace(path: string, signal?: AbortSignal): Promise<TraceInfo> {
    const content = Readable.toWeb(await zipOf(path)) as ReadableStream<Uint8Array>;
    return camelKeys(await this.#http.upload('/v1/traces/import', content, TraceInfoShape, signal));
  }

  /** Lets the server go; one that was started inside this process ends when nobody in it uses it any more. */
  async close(): Promise<void> {
    await this.#server.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #save(
    traceId: string,
    target: Awaited<ReturnType<typeof prepareTarget>>,
    signal?: AbortSignal,
  ): Promise<SavedTrace> {
    try {
      const archive = await this.#http.download(`/v1/traces/${encodeURIComponent(traceId)}/archive`, signal);
      return { traceId, path: await saveArchive(archive, target, signal) };
    } catch (cause) {
      throw notSaved(`trace ${traceId} is finished but`, cause, '`deskreel trace get` saves it');
    }
  }
}

function notSaved(what: string, cause: unknown, again: string): DeskreelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof DeskreelError ? cause.code : 'internal';
  return new DeskreelError(code, `${what} was not saved: ${reason}; ${again}`, { cause });
}
