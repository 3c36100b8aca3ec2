// A run as one object of an S3 store, uploaded at its end in parts.
import { open, stat, type FileHandle } from 'node:fs/promises';
import type * as S3 from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { DeskreelError } from '../../../protocol/errors.ts';
import { readEvent } from '../../../trace/predicate/event.ts';
import { readLines } from '../../../trace/predicate/lines.ts';
import type { EitherCase } from '../../names.ts';
import {
  LOCAL_FIRST_KEYS,
  LocalFirstSink,
  type LocalCopy,
  type LocalFirstOptions,
} from './local-first-sink.ts';
import { sinkOptions } from './sink-options.ts';
import { optionalPackage } from './optional-package.ts';

/** Options of the package's `S3Client`; these and all others of it. */
export interface S3ClientOptions {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  forcePathStyle?: boolean;
  [option: string]: unknown;
}

export interface S3Options extends LocalFirstOptions {
  bucket: string;
  /** Default `<prefix><run id>.jsonl`. The same key again replaces what was there. */
  key?: string;
  /** Default `traces/`. */
  prefix?: string;
  /** Region, endpoint, credentials. Default: the package's own, from the environment. */
  client?: S3ClientOptions;
}

/** Bytes; S3 wants 5 MiB at the least for all parts but the last. */
const PART = 8 * 1024 * 1024;

type S3Package = typeof S3;

export class S3TraceSink extends LocalFirstSink {
  readonly #options: S3Options;
  #opened: Promise<{ s3: S3Package; client: S3Client }> | undefined;

  /** `new S3TraceSink(bucket, key)`, or with options. Needs the package `@aws-sdk/client-s3`. */
  constructor(options: string | EitherCase<S3Options>, key?: string) {
    const said =
      typeof options === 'string' ? { bucket: options, ...(key === undefined ? {} : { key }) } : options;
    const keys = ['bucket', 'key', 'prefix', 'client', ...LOCAL_FIRST_KEYS];
    const given = sinkOptions(said, keys, 'S3TraceSink') as unknown as S3Options;
    if (!given.bucket) throw new DeskreelError('bad_request', 'S3TraceSink: bucket is missing');
    // The key is part of the place: a copy that was left goes where it was to go.
    super('s3', JSON.stringify([given.bucket, given.key, given.prefix, given.client?.endpoint]), given);
    this.#options = given;
  }

  protected override async send(copy: LocalCopy): Promise<void> {
    const { size } = await stat(copy.path);
    if (size === 0) return;
    const { s3, client } = await this.#open();
    const target = { Bucket: this.#options.bucket, Key: await this.#keyOf(copy) };
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({ ...target, ContentType: 'application/jsonl' }),
    );
    try {
      const Parts = await sendParts({ s3, client }, { ...target, UploadId }, copy.path, size);
      await client.send(
        new s3.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
      );
    } catch (error) {
      // What was begun costs its owner until it is called off.
      await client.send(new s3.AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
      throw error;
    }
  }

  protected override async disconnect(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    opened?.client.destroy();
  }

  #open(): Promise<{ s3: S3Package; client: S3Client }> {
    this.#opened ??= optionalPackage('@aws-sdk/client-s3', () => import('@aws-sdk/client-s3')).then((s3) => ({
      s3,
      client: new s3.S3Client(this.#options.client ?? {}),
    }));
    return this.#opened;
  }

  async #keyOf(copy: LocalCopy): Promise<string> {
    const { key, prefix = 'traces/' } = this.#options;
    if (key !== undefined) return key;
    for await (const { text } of readLines(copy.path)) {
      const event = readEvent(text);
      if (event) return `${prefix}${event.run_id}.jsonl`;
    }
    return `${prefix}${copy.id}.jsonl`;
  }
}

async function sendParts(
  { s3, client }: { s3: S3Package; client: S3Client },
  target: { Bucket: string; Key: string; UploadId: string | undefined },
  path: string,
  size: number,
): Promise<CompletedPart[]> {
  const file = await open(path);
  try {
    const parts: CompletedPart[] = [];
    for (let at = 0; at < size; at += PART) {
      const PartNumber = parts.length + 1;
      const Body = await bytesAt(file, at, Math.min(PART, size - at));
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...target, PartNumber, Body }));
      parts.push({ ETag, PartNumber });
    }
    return parts;
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0)
      throw new DeskreelError('internal', 'the local copy became shorter while it was sent');
    read += bytesRead;
  }
  return bytes;
}
