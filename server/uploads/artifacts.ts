// Artifacts of runs: uploaded beside a trace, kept as they are, and read back by the trace. The latest complete set of a run
// replaces the one before it. Their names are never paths here.
import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { Artifact, type ArtifactAddresses } from '../../protocol/artifacts.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { sameText } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import { exists, privateDir, readJson, writeJson } from '../fs-atomic.ts';
import { newSecret } from '../ids.ts';
import { KeyedLanes } from './keyed-lanes.ts';
import { removeHalfParts, writePart } from './part-file.ts';
import { isUploadId, placeOf, type UploadPlace } from './record.ts';

/** A set of artifacts, whether it is still on its way or complete. */
const ArtifactSet = z.object({
  run_id: z.string(),
  /** Its folder, and with that what its storage keys begin with. */
  upload: z.string(),
  /** Opens the addresses of its parts, until then. */
  key: z.string(),
  expires_ms: z.number(),
  artifacts: z.array(Artifact),
});
type ArtifactSet = z.infer<typeof ArtifactSet>;

const COMING = 'coming.json';
const CURRENT = 'current.json';
const INDEX = 'index';
const DAY_S = 24 * 60 * 60;
const MOST_INDEX = 64 * 1024 ** 2;

export interface PutHeaders {
  readonly key: string;
  readonly gzip: boolean;
}

/** A part's file: its path, and what it is. */
export interface ArtifactFile {
  readonly path: string;
  readonly artifact: Artifact;
}

/** Opens the artifacts of the data folder; what a killed server left half done is removed. */
export async function openArtifacts(data: string, clock: Clock): Promise<Artifacts> {
  const root = join(data, 'artifacts');
  await privateDir(root);
  await removeHalfParts(root);
  return new Artifacts(root, clock);
}

export class Artifacts {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #lanes = new KeyedLanes();

  constructor(root: string, clock: Clock) {
    this.#root = root;
    this.#clock = clock;
  }

  /** Begins a set. `host`: what the addresses begin with. One that was begun before and not completed is dropped. */
  init(runId: string, artifacts: readonly Artifact[], host: string): Promise<ArtifactAddresses> {
    return this.#alone(runId, async (place) => {
      const upload = randomUUID();
      const expires_ms = this.#clock.now() + DAY_S * 1000;
      const set = { run_id: runId, upload, key: newSecret('dru'), expires_ms, artifacts: [...artifacts] };
      await privateDir(join(place.dir, upload));
      await this.#replace(place, COMING, set);
      const address = (part: string) => ({
        upload_url: `${host}/v1/artifacts/${place.id}/${part}?key=${set.key}`,
        storage_key: storageKey(place, set, part),
      });
      return {
        upload_urls: artifacts.map(({ name }, index) => ({ name, ...address(String(index)) })),
        artifact_index_upload: address(INDEX),
        expires_in: DAY_S,
      };
    });
  }

  /** Stores one part. Throws `unauthorized` for another key, `bad_request` where it is not as large as was said. */
  async put(id: string, part: string, source: Readable, { key, gzip }: PutHeaders): Promise<void> {
    if (!isUploadId(id)) throw noSet();
    const dir = join(this.#root, id);
    const set = await readJson(join(dir, COMING), ArtifactSet);
    if (!set || !sameText(set.key, key) || set.expires_ms < this.#clock.now()) {
      throw new DeskreelError('unauthorized', 'this key opens no upload of artifacts; init gives another');
    }
    const artifact = /^\d{1,5}$/.test(part) ? set.artifacts[Number(part)] : undefined;
    if (!artifact && part !== INDEX) throw noSet();
    const most = artifact?.size_bytes ?? MOST_INDEX;
    const check = (path: string): Promise<void> => (artifact ? checkSize(path, artifact) : Promise.resolve());
    await writePart(source, join(dir, set.upload, part), { most, gzip, check });
  }

  /** From now on these are the run's. Throws `conflict` where some did not arrive. */
  complete(runId: string, indexKey: string): Promise<number> {
    return this.#alone(runId, async (place) => {
      const current = await readJson(join(place.dir, CURRENT), ArtifactSet);
      if (current && storageKey(place, current, INDEX) === indexKey) return current.artifacts.length;
      const set = await readJson(join(place.dir, COMING), ArtifactSet);
      if (!set || storageKey(place, set, INDEX) !== indexKey) throw noSet();
      const missing = await this.#missing(place, set);
      if (missing.length > 0) {
        throw new DeskreelError('conflict', `not uploaded: ${missing.slice(0, 10).join(', ')}`);
      }
      await rename(join(place.dir, COMING), join(place.dir, CURRENT));
      if (current) await rm(join(place.dir, current.upload), { recursive: true, force: true });
      return set.artifacts.length;
    });
  }

  /** Of a complete set; empty where the run has none. */
  async list(runId: string): Promise<readonly Artifact[]> {
    const { dir } = placeOf(this.#root, runId);
    return (await readJson(join(dir, CURRENT), ArtifactSet))?.artifacts ?? [];
  }

  /** Throws `not_found`. */
  async file(runId: string, name: string): Promise<ArtifactFile> {
    const { dir } = placeOf(this.#root, runId);
    const set = await readJson(join(dir, CURRENT), ArtifactSet);
    const index = set?.artifacts.findIndex((one) => one.name === name) ?? -1;
    const artifact = set?.artifacts[index];
    if (!set || !artifact) throw new DeskreelError('not_found', `no artifact ${name}`);
    return { path: join(dir, set.upload, String(index)), artifact };
  }

  /** Nothing of them is left. */
  remove(runId: string): Promise<void> {
    return this.#alone(runId, ({ dir }) => rm(dir, { recursive: true, force: true }));
  }

  async #replace(place: UploadPlace, name: string, set: ArtifactSet): Promise<void> {
    const path = join(place.dir, name);
    const before = await readJson(path, ArtifactSet);
    await writeJson(path, set);
    if (before) await rm(join(place.dir, before.upload), { recursive: true, force: true });
  }

  async #missing({ dir }: UploadPlace, set: ArtifactSet): Promise<string[]> {
    const missing: string[] = [];
    for (const [index, { name }] of set.artifacts.entries()) {
      if (!(await exists(join(dir, set.upload, String(index))))) missing.push(name);
    }
    return missing;
  }

  #alone<T>(runId: string, work: (place: UploadPlace) => Promise<T>): Promise<T> {
    const place = placeOf(this.#root, runId);
    return this.#lanes.enter(place.id, () => work(place));
  }
}

function storageKey({ id }: UploadPlace, { upload }: ArtifactSet, part: string): string {
  return `artifacts/${id}/${upload}/${part}`;
}

async function checkSize(path: string, { name, size_bytes: said }: Artifact): Promise<void> {
  const { size } = await stat(path);
  if (size !== said) throw new DeskreelError('bad_request', `${name} has ${size} bytes; ${said} were said`);
}

function noSet(): DeskreelError {
  return new DeskreelError('not_found', 'no such upload: begin with POST /v1/traces/artifacts/init');
}
