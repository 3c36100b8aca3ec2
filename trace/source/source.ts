// A finished trace for its readers: sealed folder, saved folder or ZIP, all alike. Nothing of it is held in memory.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { TreeNode } from '../../protocol/tree.ts';
import type { TakenFrame } from '../call-index.ts';
import { openTraceFiles, readWhole, type TraceFiles } from '../files/trace-files.ts';
import { ZipFiles } from '../files/zip-files.ts';
import { FRAMES_DIR, framePath, JOURNAL, METADATA, treePath } from '../layout.ts';
import { TraceOverview } from '../metadata.ts';
import { readRows, type Entry } from '../reader.ts';
import { readSteps } from '../steps.ts';

/** A file of an archive; its content is to be read before the next one is asked for. */
export interface ArchiveFile {
  readonly name: string;
  readonly content: Readable;
}

export interface TraceSource extends AsyncDisposable {
  readonly overview: TraceOverview;
  /** The journal's lines. */
  entries(): AsyncGenerator<Entry>;
  /** A frame's PNG. */
  picture(frame: Pick<TakenFrame, 'frame' | 'file'>): Promise<Readable>;
  /** A recorded tree. */
  tree(sha256: string): Promise<TreeNode>;
  /** The JSON that it is in, for who may not need it whole. */
  treeJson(sha256: string): Promise<string>;
  treeIn(json: string): TreeNode;
  /** The files of the archive as they lie there. Throws `unsupported` where none is written. */
  archive(): AsyncGenerator<ArchiveFile>;
}

async function* allFiles(files: TraceFiles): AsyncGenerator<ArchiveFile> {
  for (const name of files.names) yield { name, content: await files.stream(name) };
}

/** Opens a ZIP, a saved folder, or a server's own folder of a trace. Throws `bad_request` where it is none. */
export async function openTrace(path: string): Promise<TraceSource> {
  const files = await filesAt(path);
  try {
    if (!files.has(METADATA) || !files.has(JOURNAL)) {
      throw new DeskreelError(
        'bad_request',
        `${path} is no finished trace of Deskreel: it has no ${METADATA} and ${JOURNAL} (\`deskreel trace import\` takes others)`,
      );
    }
    const overview = parseWith(
      TraceOverview,
      parseJson((await readWhole(files, METADATA)).toString()),
      `${path}: ${METADATA}`,
    );
    const isServers = await isServerFolder(path);
    return isServers ? new ServerFolder(files, overview, path) : new Archive(files, overview);
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}

/** Throws `bad_request` where nothing is there that can be opened. */
async function filesAt(path: string): Promise<TraceFiles> {
  try {
    return await openTraceFiles(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('bad_request', `${path} cannot be opened: ${reason}`, { cause });
  }
}

/** A server keeps frames under their ids; an archive has them under their names. */
async function isServerFolder(path: string): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return false;
  return (await readdir(path)).includes(FRAMES_DIR);
}

abstract class Source implements TraceSource {
  readonly overview: TraceOverview;
  protected readonly files: TraceFiles;

  constructor(files: TraceFiles, overview: TraceOverview) {
    this.files = files;
    this.overview = overview;
  }

  async *entries(): AsyncGenerator<Entry> {
    yield* readRows(await this.files.stream(JOURNAL));
  }

  abstract picture(frame: Pick<TakenFrame, 'frame' | 'file'>): Promise<Readable>;
  abstract treeJson(sha256: string): Promise<string>;
  abstract treeIn(json: string): TreeNode;
  abstract archive(): AsyncGenerator<ArchiveFile>;

  async tree(sha256: string): Promise<TreeNode> {
    return this.treeIn(await this.treeJson(sha256));
  }

  protected async text(name: string): Promise<string> {
    return (await readWhole(this.files, name)).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files[Symbol.asyncDispose]();
  }
}

class ServerFolder extends Source {
  readonly #path: string;

  constructor(files: TraceFiles, overview: TraceOverview, path: string) {
    super(files, overview);
    this.#path = path;
  }

  picture({ frame }: Pick<TakenFrame, 'frame'>): Promise<Readable> {
    return this.files.stream(framePath(frame));
  }

  treeJson(sha256: string): Promise<string> {
    return this.text(treePath(sha256));
  }

  treeIn(json: string): TreeNode {
    return parseWith(TreeNode, parseJson(json), 'tree');
  }

  async *archive(): AsyncGenerator<ArchiveFile> {
    const name = `${this.overview.trace_id}.zip`;
    if (!this.files.has(name)) {
      throw new DeskreelError(
        'unsupported',
        "this is the server's own folder of a trace, without its archive: `deskreel trace get` saves that, signed",
      );
    }
    await using files = await ZipFiles.open(join(this.#path, name));
    yield* allFiles(files);
  }
}

const TreeEvent = z.looseObject({ data: z.looseObject({ tree: TreeNode }) });
const TREE_EVENT = /^event_\d{6,}_accessibility_tree\.json$/;

class Archive extends Source {
  #trees: Promise<Map<string, string>> | undefined;

  picture({ file }: Pick<TakenFrame, 'file'>): Promise<Readable> {
    return this.files.stream(file);
  }

  async treeJson(sha256: string): Promise<string> {
    this.#trees ??= this.#findTrees();
    const name = (await this.#trees).get(sha256);
    if (name === undefined) throw new DeskreelError('not_found', `the archive has no tree ${sha256}`);
    return this.text(name);
  }

  treeIn(json: string): TreeNode {
    return parseWith(TreeEvent, parseJson(json), 'tree').data.tree;
  }

  archive(): AsyncGenerator<ArchiveFile> {
    return allFiles(this.files);
  }

  /** The events that hold trees, by their hashes: the k-th of them belongs to the k-th call that wished for one. */
  async #findTrees(): Promise<Map<string, string>> {
    const names = this.files.names.filter((name) => TREE_EVENT.test(name));
    const trees = new Map<string, string>();
    let wished = 0;
    for await (const { call, tree } of readSteps(this.entries())) {
      if (call.data.wish?.tree !== true) continue;
      const name = names[wished];
      wished += 1;
      if (tree && name !== undefined) trees.set(tree.sha256, name);
    }
    return trees;
  }
}
