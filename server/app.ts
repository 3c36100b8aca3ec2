// The composition root: builds the parts in order, closes them in reverse. Prints nothing.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeskreelError } from '../protocol/errors.ts';
import { Authenticator } from './access/authenticator.ts';
import { serverToken } from './access/server-token.ts';
import { CleanupStack } from './cleanup.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import { connectEngine } from './containers/connect-engine.ts';
import { announceUrl, lockDataFolder, serverId } from './data-folder.ts';
import { Keeper } from './desktops/keeper.ts';
import { RecordStore } from './desktops/record-store.ts';
import { Registry } from './desktops/registry.ts';
import { httpServer } from './http/server.ts';
import { CommandMetrics } from './metrics/command-metrics.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { Retention } from './recorder/retention.ts';
import { openTraceStore, type TraceStore } from './recorder/traces-store.ts';
import { openRequestStore } from './requests/request-store.ts';
import { openArtifacts, type Artifacts } from './uploads/artifacts.ts';
import { openUploads } from './uploads/uploads.ts';

/** A download that is slower than this is cut when the server stops. Milliseconds. */
const LAST_ANSWERS_MS = 3000;

export interface RunningServer {
  /** `http://127.0.0.1:7800` */
  readonly url: string;
  readonly token: string;
  /** A link that opens a page in a browser and leaves the cookie there. Holds the token: for its owner's eyes. */
  loginLink(path?: string): string;
  /** Closes traces and sockets; desktops stay. Safe to call twice. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** JSON rows; standard error where none is given. */
  writeLog?: (line: string, level: LogLevel) => void;
}

/** Throws `conflict` where the port or the data folder is in use, `engine_unavailable` for an engine elsewhere. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const closing = new CleanupStack();
  try {
    return await build(config, options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function build(config: Config, options: ServerOptions, closing: CleanupStack): Promise<RunningServer> {
  const clock = systemClock;
  const token = await serverToken(config);
  const id = await serverId(config.data);
  closing.defer('lock', await lockDataFolder(id, config.data));
  const write = options.writeLog ?? ((line: string) => void process.stderr.write(line));
  const log = createLog({ write, now: () => clock.now(), secrets: [token] });
  const driver = await connectEngine(config.engine, clock);
  const store = new RecordStore(config.data);
  const { traces, artifacts } = await openTraces(config, clock, log);
  closing.defer('traces', () => traces.close());
  const recovered = await traces.recover();
  log.info('traces.recovered', { ...recovered });
  const uploads = await openUploads({ data: config.data, traces, log });
  const requests = await openRequestStore({ data: config.data, clock, log });
  await requests.keepOnly((await store.all()).map((record) => record.id));
  const metrics = new CommandMetrics();
  const made = { serverId: id, image: config.image };
  const registry = new Registry({ driver, store, traces, requests, clock, log, metrics, ...made });
  closing.defer('desktops', () => registry.close());
  const keeper = new Keeper({ driver, registry, store, clock, log, serverId: id });
  closing.defer('keeper', () => keeper.close());
  await keeper.start();
  await traces.removeFlightsBut(registry.list().map((desktop) => desktop.id));
  const retention = new Retention({ store: traces, limits: config.retention, clock, log });
  closing.defer('retention', () => retention.close());
  retention.start();
  const stop = new AbortController();
  const authenticator = new Authenticator(token, id);
  const { host } = config;
  const server = httpServer({
    registry,
    driver,
    traces,
    uploads,
    artifacts,
    authenticator,
    clock,
    log,
    metrics,
    host,
    closing: stop.signal,
  });
  const url = await listen(server, config);
  closing.defer('http', () => hangUpAll(server, stop, clock));
  closing.defer('url', await announceUrl(config.data, url));
  log.info('server.started', { url, instance: id });
  return running(url, token, closing, log);
}

/** The traces, and what belongs to their runs beside them: it goes with the last trace of its run. */
async function openTraces(
  { data, durability }: Config,
  clock: Clock,
  log: Log,
): Promise<{ traces: TraceStore; artifacts: Artifacts }> {
  const artifacts = await openArtifacts(data, clock);
  const onDeleted = async (runId: string): Promise<void> => {
    if ((await artifacts.list(runId)).length === 0) return;
    const others = await traces.list();
    if (!others.some(({ run_id: id }) => id === runId)) await artifacts.remove(runId);
  };
  const traces = await openTraceStore({ data, clock, log, durability, onDeleted });
  return { traces, artifacts };
}

function running(url: string, token: string, closing: CleanupStack, log: Log): RunningServer {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await closing.run();
    log.info('server.stopped', { url });
  };
  return {
    url,
    token,
    loginLink: (path = '/') =>
      `${url}/login?token=${encodeURIComponent(token)}&next=${encodeURIComponent(path)}`,
    close: () => (closed ??= close()),
  };
}

async function listen(server: Server, { host, port }: Config): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('conflict', `cannot listen on ${host}:${port}: ${why}`, { cause });
  }
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}

/** Ends what is under way by the signal, then gives the last answers a moment to get out. */
async function hangUpAll(server: Server, stop: AbortController, clock: Clock): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  stop.abort(new DeskreelError('guest_unavailable', 'the server is stopping'));
  server.closeIdleConnections();
  const over = new AbortController();
  const grace = clock.sleep(LAST_ANSWERS_MS, over.signal).then(
    () => server.closeAllConnections(),
    () => undefined,
  );
  await closed;
  over.abort();
  await grace;
}
