// The sinks that Predicate's page writes, in TypeScript as they read there, into the stores that they name.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { JsonlTraceSink, Tracer, TraceSink } from '../../sdk/index.ts';
import { openStoreClients, type StoreClients } from '../support/store-clients.ts';
import { linesOf, MemoryLogger, temporaryFolder, type Folder } from '../unit/agent-tracing/setup.ts';

/** Store traces in PostgreSQL database */
class DatabaseTraceSink extends TraceSink {
  private readonly client: pg.Client;
  private readonly connected: Promise<unknown>;

  constructor(connectionString: string) {
    super();
    this.client = new pg.Client({ connectionString });
    this.connected = this.client
      .connect()
      .then(() =>
        this.client.query('CREATE TABLE IF NOT EXISTS mine (run_id text, seq int, type text, event jsonb)'),
      );
  }

  override async emit(event: Record<string, unknown>): Promise<void> {
    await this.connected;
    const values = [event['run_id'], event['seq'], event['type'], JSON.stringify(event)];
    await this.client.query('INSERT INTO mine (run_id, seq, type, event) VALUES ($1, $2, $3, $4)', values);
  }

  override async close(): Promise<void> {
    await this.client.end();
  }
}

/** Store traces in AWS S3 */
class S3TraceSink extends TraceSink {
  private readonly events: Record<string, unknown>[] = [];
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly key: string;

  constructor(client: S3Client, bucket: string, key: string) {
    super();
    this.client = client;
    this.bucket = bucket;
    this.key = key;
  }

  override emit(event: Record<string, unknown>): void {
    this.events.push(event);
  }

  override async close(): Promise<void> {
    const Body = this.events.map((event) => JSON.stringify(event)).join('\n');
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: this.key, Body }));
  }
}

/** Write to multiple trace sinks simultaneously */
class MultiSink extends TraceSink {
  private readonly sinks: TraceSink[];

  constructor(sinks: TraceSink[]) {
    super();
    this.sinks = sinks;
  }

  override async emit(event: Parameters<TraceSink['emit']>[0]): Promise<void> {
    await Promise.all(this.sinks.map(async (sink) => sink.emit(event)));
  }

  override async close(): Promise<void> {
    for (const sink of this.sinks) await sink.close();
  }
}

const TYPES = ['run_start', 'step_start', 'run_end'];

describe('the sinks of the page', () => {
  let clients: StoreClients;
  let folder: Folder;
  let pool: pg.Pool;
  let s3: S3Client;
  let connection = '';
  before(async () => {
    clients = await openStoreClients('mine');
    ({ connection, pool, s3 } = clients);
    folder = await temporaryFolder();
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** A run into the sink, which never complains. */
  async function trace(runId: string, sink: TraceSink): Promise<Tracer> {
    const logger = new MemoryLogger();
    const tracer = new Tracer({ runId, sink, logger });
    tracer.emitRunStart('Agent', 'gpt-4o', { goal: 'Search' });
    tracer.emitStepStart('s-1', 1, 'Click the search box');
    tracer.emitRunEnd(1, 'success');
    await tracer.close();
    assert.deepEqual(logger.lines, []);
    return tracer;
  }
  async function typesInTable(runId: string): Promise<string[]> {
    const query = "SELECT event->>'type' AS type FROM mine WHERE run_id = $1 ORDER BY seq";
    const { rows } = await pool.query<{ type: string }>(query, [runId]);
    return rows.map(({ type }) => type);
  }
  async function typesInBucket(key: string): Promise<string[]> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'mine', Key: key }));
    const text = (await Body?.transformToString()) ?? '';
    return text.split('\n').map((line) => (JSON.parse(line) as { type: string }).type);
  }

  it('Example: Database Trace Sink', async () => {
    const tracer = await trace('of-table', new DatabaseTraceSink(connection));
    assert.deepEqual(await typesInTable('of-table'), TYPES);
    assert.equal(tracer.getSinkType(), 'DatabaseTraceSink');
  });

  it('Example: Cloud Storage Sink', async () => {
    await trace('of-bucket', new S3TraceSink(s3, 'mine', 'traces/of-bucket.jsonl'));
    assert.deepEqual(await typesInBucket('traces/of-bucket.jsonl'), TYPES);
  });

  it('Example: Multi-Sink (Write to Multiple Destinations)', async () => {
    const path = join(folder.path, 'trace.jsonl');
    const sinks = [
      new JsonlTraceSink(path),
      new DatabaseTraceSink(connection),
      new S3TraceSink(s3, 'mine', 'traces/of-all.jsonl'),
    ];
    await trace('of-all', new MultiSink(sinks));
    assert.deepEqual(
      (await linesOf(path)).map(({ type }) => type),
      TYPES,
    );
    assert.deepEqual(await typesInTable('of-all'), TYPES);
    assert.deepEqual(await typesInBucket('traces/of-all.jsonl'), TYPES);
  });
});
