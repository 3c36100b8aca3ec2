// Clients of the stores that tests of sinks write into, to look at what is there.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { eventually } from './server.ts';
import { startStores, type Stores } from './stores.ts';

export interface StoreClients extends AsyncDisposable {
  readonly stores: Stores;
  /** For PostgreSQL. */
  readonly connection: string;
  readonly pool: pg.Pool;
  /** Options of an S3 client. */
  readonly client: Readonly<ReturnType<typeof s3Options>>;
  readonly s3: S3Client;
}

function s3Options(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint, region: 'us-east-1', credentials, forcePathStyle: true };
}

/** Starts the stores; resolves when both answer, with the bucket there. */
export async function openStoreClients(bucket: string): Promise<StoreClients> {
  const stores = await startStores();
  const client = s3Options(await stores.s3Endpoint());
  const s3 = new S3Client(client);
  await eventually(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  const connection = await stores.connection();
  const pool = new pg.Pool({ connectionString: connection, max: 1 });
  // A store that is stopped ends connections that nobody uses.
  pool.on('error', () => undefined);
  await eventually(async () => {
    await pool.query('SELECT 1');
  });
  return {
    stores,
    connection,
    pool,
    client,
    s3,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      s3.destroy();
      await stores[Symbol.asyncDispose]();
    },
  };
}
