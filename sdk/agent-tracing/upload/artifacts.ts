// Files that belong to a run, such as what was kept of a failure, brought to the server beside the run's trace.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { ArtifactAddresses, type Artifact } from '../../../protocol/artifacts.ts';
import { DeskreelError } from '../../../protocol/errors.ts';
import { isMissing } from '../../../server/fs-atomic.ts';
import { placeOf } from '../../address.ts';
import { camelCase, keysIn, type EitherCase, type InSnakeCase } from '../../names.ts';
import { refuseUnknown } from '../../options.ts';
import { messageOf, safeLogger, type TraceLogger } from '../logger.ts';
import { checkedRunId } from '../run-id.ts';
import type { Part } from './prepare.ts';
import { Transport, UPLOAD_TIMES, UploadFailure, type UploadTimes } from './transport.ts';

/** Keys may also be written in snake_case (`run_id`). */
export interface ArtifactOptions {
  /** The run that they belong to. */
  runId: string;
  /** Of the server; for a Deskreel server, its token. */
  apiKey: string;
  /** Default: `DESKREEL_URL`, else the server of this machine. */
  apiUrl?: string | undefined;
  logger?: TraceLogger | undefined;
  /** How long requests may take. */
  uploadTimes?: Partial<UploadTimes> | undefined;
}

const KEYS = ['runId', 'apiKey', 'apiUrl', 'logger', 'uploadTimes'];
const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.mp4': 'video/mp4',
  '.txt': 'text/plain',
};
const UNKNOWN = 'application/octet-stream';

interface LocalFile extends Artifact {
  readonly path: string;
}

/**
 * Uploads every file below a folder as an artifact of a run, in the place of those that the run had. Returns the storage key
 * of their list; undefined where the server did not take them, which the logger is told. Throws `not_found` where there is
 * no such folder or no file in it, `bad_request` for an option that is wrong.
 */
export async function uploadArtifacts(
  folder: string,
  given: EitherCase<ArtifactOptions> | InSnakeCase<ArtifactOptions>,
): Promise<string | undefined> {
  const options = keysIn(camelCase, given) as unknown as ArtifactOptions;
  refuseUnknown(options, KEYS, 'uploadArtifacts');
  const { apiKey, apiUrl, uploadTimes } = options;
  const runId = checkedRunId(options.runId);
  const files = await filesIn(folder);
  const logger = safeLogger(options.logger);
  const url = placeOf(apiUrl === undefined ? {} : { url: apiUrl }).url;
  const transport = new Transport({ apiUrl: url, apiKey, times: { ...UPLOAD_TIMES, ...uploadTimes } });
  try {
    const key = await bring(runId, files, transport);
    logger.info(`All ${files.length} artifacts uploaded successfully`);
    return key;
  } catch (error) {
    if (!(error instanceof UploadFailure)) throw error;
    logger.error(`Artifacts were not uploaded: ${messageOf(error)}`);
    return undefined;
  }
}

async function bring(runId: string, files: readonly LocalFile[], transport: Transport): Promise<string> {
  const artifacts = files.map(({ name, size_bytes, content_type }) => ({ name, size_bytes, content_type }));
  const body = { run_id: runId, artifacts };
  const answer = await transport.ask('/v1/traces/artifacts/init', body, ArtifactAddresses);
  const places = new Map(answer.upload_urls.map((place) => [place.name, place]));
  const stored: object[] = [];
  for (const { path, name, size_bytes: bytes, content_type: type } of files) {
    const place = places.get(name);
    if (!place) throw new UploadFailure(`the server gave no address for ${name}`, 0);
    const part: Part = { name, path, bytes, headers: { 'content-type': type } };
    await transport.put(place.upload_url, part, () => undefined);
    stored.push({ name, storage_key: place.storage_key, content_type: type });
  }
  const { upload_url: url, storage_key: key } = answer.artifact_index_upload;
  await putIndex(url, { run_id: runId, created_at_ms: Date.now(), artifacts: stored }, transport);
  const end = { run_id: runId, artifact_index_key: key, stats: statsOf(files) };
  await transport.ask('/v1/traces/artifacts/complete', end, z.unknown());
  return key;
}

async function putIndex(url: string, index: object, transport: Transport): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-artifacts-'));
  try {
    const path = join(folder, randomUUID());
    const packed = gzipSync(JSON.stringify(index));
    await writeFile(path, packed, { mode: 0o600 });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    await transport.put(url, { name: 'index', path, bytes: packed.length, headers }, () => undefined);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As Predicate's cloud counts them. */
function statsOf(files: readonly LocalFile[]): Record<string, number> {
  const size = (wanted: (name: string) => boolean): number =>
    files.reduce((sum, { name, size_bytes: bytes }) => sum + (wanted(name) ? bytes : 0), 0);
  const isFrame = (name: string): boolean => name.startsWith('frames/');
  return {
    manifest_size_bytes: size((name) => name === 'manifest.json'),
    snapshot_size_bytes: size((name) => name === 'snapshot.json'),
    diagnostics_size_bytes: size((name) => name === 'diagnostics.json'),
    steps_size_bytes: size((name) => name === 'steps.json'),
    clip_size_bytes: size((name) => name === 'failure.mp4'),
    frames_total_size_bytes: size(isFrame),
    frames_count: files.filter(({ name }) => isFrame(name)).length,
    total_artifact_size_bytes: size(() => true),
  };
}

async function filesIn(folder: string): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    const content_type = TYPES[extname(name).toLowerCase()] ?? UNKNOWN;
    files.push({ path, name, size_bytes: (await stat(path)).size, content_type });
  }
  if (files.length === 0) throw new DeskreelError('not_found', `there is no file in ${folder}`);
  return files.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isMissing(error))
      throw new DeskreelError('not_found', `there is no folder ${folder}`, { cause: error });
    throw error;
  }
}
