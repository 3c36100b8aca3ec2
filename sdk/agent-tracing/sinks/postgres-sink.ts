// A run's events as rows of a PostgreSQL table, sent while the run goes on.
import type { Pool } from 'pg';
import { DeskreelError } from '../../../protocol/errors.ts';
import { readEvent } from '../../../trace/predicate/event.ts';
import { readLines } from '../../../trace/predicate/lines.ts';
import { messageOf } from '../logger.ts';
import type { EitherCase } from '../../names.ts';
import {
  LOCAL_FIRST_KEYS,
  LocalFirstSink,
  type LocalCopy,
  type LocalFirstOptions,
} from './local-first-sink.ts';
import { optionalPackage } from './optional-package.ts';
import { sinkOptions } from './sink-options.ts';
import type { TraceEvent } from './sink.ts';

/** Options of `pg`'s pool; these and all others of it. */
export interface PostgresConnection {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  ssl?: boolean | object;
  [option: string]: unknown;
}

export interface PostgresOptions extends LocalFirstOptions {
  /** `postgres://user:password@host:5432/database`, or the options of `pg`. */
  connection: string | PostgresConnection;
  /** Made where it is missing. Letters, digits and underscores. Default `trace_events`. */
  table?: string;
}

/** Events in one statement. */
const BATCH = 200;
const COLUMNS = ['sink_id', 'seq', 'run_id', 'type', 'ts', 'step_id', 'event'];

export class PostgresTraceSink extends LocalFirstSink {
  readonly #connection: string | PostgresConnection;
  readonly #table: string;
  #pool: Promise<Pool> | undefined;
  /** Bytes of each copy that are stored. */
  readonly #stored = new Map<string, number>();
  #sending: Promise<void> = Promise.resolve();
  #isScheduled = false;

  /** `new PostgresTraceSink(connectionString)`, or with options. Needs the package `pg`. */
  constructor(options: string | EitherCase<PostgresOptions>) {
    const said = typeof options === 'string' ? { connection: options } : options;
    const keys = ['connection', 'table', ...LOCAL_FIRST_KEYS];
    const given = sinkOptions(said, keys, 'PostgresTraceSink') as unknown as PostgresOptions;
    const table = given.table ?? 'trace_events';
    if (!/^[a-z_][a-z0-9_]{0,60}$/i.test(table)) {
      throw new DeskreelError('bad_request', `table ${table}: letters, digits and underscores, at most 61`);
    }
    super('postgres', JSON.stringify([given.connection, table]), given);
    this.#connection = given.connection;
    this.#table = table;
  }

  protected override written(copy: LocalCopy): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.send(copy).catch((error: unknown) =>
        // It stays on this machine, and is sent with the next event or at the end.
        this.logger.warn(`PostgresTraceSink will try again: ${messageOf(error)}`),
      );
    });
  }

  /** One sending after the other: each goes on where the one before it stopped. */
  protected override send(copy: LocalCopy): Promise<void> {
    const turn = this.#sending.then(
      () => this.#sendRest(copy),
      () => this.#sendRest(copy),
    );
    this.#sending = turn.catch(() => undefined);
    return turn;
  }

  protected override async disconnect(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined);
    await pool?.end();
  }

  async #sendRest(copy: LocalCopy): Promise<void> {
    const pool = await this.#connected();
    let batch: { event: TraceEvent; end: number }[] = [];
    const flush = async (): Promise<void> => {
      const last = batch.at(-1);
      if (!last) return;
      await this.#insert(
        pool,
        copy.id,
        batch.map(({ event }) => event),
      );
      this.#stored.set(copy.id, last.end);
      batch = [];
    };
    for await (const line of readLines(copy.path, { start: this.#stored.get(copy.id) ?? 0 })) {
      const event = line.whole ? readEvent(line.text) : undefined;
      if (event) batch.push({ event, end: line.end });
      if (batch.length >= BATCH) await flush();
    }
    await flush();
  }

  /** The same event again changes nothing. */
  async #insert(pool: Pool, id: string, events: readonly TraceEvent[]): Promise<void> {
    const values = events.flatMap((event) => rowOf(id, event));
    const rows = events.map(
      (_event, row) => `(${COLUMNS.map((_name, at) => `$${row * COLUMNS.length + at + 1}`).join(', ')})`,
    );
    await pool.query(
      `INSERT INTO "${this.#table}" (${COLUMNS.join(', ')}) VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`,
      values,
    );
  }

  #connected(): Promise<Pool> {
    this.#pool ??= this.#connect().catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  async #connect(): Promise<Pool> {
    const { default: pg } = await optionalPackage('pg', () => import('pg'));
    const config =
      typeof this.#connection === 'string' ? { connectionString: this.#connection } : this.#connection;
    const pool = new pg.Pool({ max: 1, connectionTimeoutMillis: 10_000, ...config });
    // A connection that breaks while it is idle must not end the process; the next statement tells.
    pool.on('error', (error) => this.logger.warn(`PostgreSQL connection lost: ${error.message}`));
    try {
      await pool.query(`CREATE TABLE IF NOT EXISTS "${this.#table}" (
        sink_id uuid NOT NULL, seq integer NOT NULL, run_id text NOT NULL, type text NOT NULL,
        ts timestamptz NOT NULL, step_id text, event jsonb NOT NULL, PRIMARY KEY (sink_id, seq))`);
      return pool;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }
}

function rowOf(id: string, event: TraceEvent): unknown[] {
  const { seq, run_id, type, ts, step_id } = event;
  return [id, seq, run_id, type, ts, step_id ?? null, JSON.stringify(event)].map(withoutNul);
}

/** PostgreSQL's text and jsonb cannot hold the character NUL. */
function withoutNul(value: unknown): unknown {
  return typeof value === 'string'
    ? value.replaceAll('\0', '\ufffd').replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd')
    : value;
}
