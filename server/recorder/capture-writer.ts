// Frames and trees to disk: blob first, then the row that names it, one after the other in the order of their arrival.
import { createHash } from 'node:crypto';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { FrameInfo, FrameWhen } from '../../protocol/frame.ts';
import type { Mask, MaskRule } from '../../protocol/privacy/rules.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import { framePath, treePath } from '../../trace/layout.ts';
import type { PictureNames } from '../../trace/pictures.ts';
import type { KnownRow, MaskPlace } from '../../trace/format.ts';
import { Lane } from '../../protocol/lane.ts';
import type { Log } from '../log.ts';
import type { Blobs } from './blob-store.ts';
import { withoutHidden, type Hider } from './hiding.ts';
import type { RowAbout, RowWriter } from './journal.ts';

/** What a frame or a tree was taken for. */
export interface Cause {
  readonly callId?: string | undefined;
  readonly captureId?: string | undefined;
  readonly method?: string | undefined;
  readonly about: RowAbout;
}

/** A frame or a tree as it came from the guest, with what was masked in it. */
export interface TakenFrame {
  readonly info: FrameInfo;
  readonly masks?: readonly Mask[] | undefined;
}

export interface TakenTree {
  readonly report: TreeReport;
  readonly masks?: readonly Mask[] | undefined;
}

/** How frames are called in the rows. */
export type FrameNames = Pick<PictureNames, 'nameFor' | 'keep' | 'has'>;

export interface CaptureWriterParts {
  readonly journal: RowWriter;
  readonly blobs: Blobs;
  readonly names: FrameNames;
  readonly log: Log;
  /** What must not be written now. */
  readonly hiders: () => readonly Hider[];
  readonly onFault: (part: 'picture' | 'tree') => void;
  /** Not even that something is missing could be written. */
  readonly onLost: (error: unknown) => void;
  readonly onRow: (row: KnownRow) => void;
  /** The guest took us to have a picture that we do not have. */
  readonly onUnknownPicture: () => void;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export class CaptureWriter {
  readonly #parts: CaptureWriterParts;
  readonly #lane = new Lane();
  readonly #unclaimed = new Set<string>();
  /** Evidence that could not be written, of the few captures that were under way when the disk failed. */
  readonly #untold: (() => void)[] = [];

  constructor(parts: CaptureWriterParts) {
    this.#parts = parts;
  }

  frame(cause: Cause, when: FrameWhen, taken: TakenFrame, png: Uint8Array | undefined): void {
    this.#enter(cause, 'frame', when, () => this.#writeFrame(cause, when, taken, png));
  }

  /** A picture that nothing here asked for: equal frames that come later arrive without their picture. */
  keepPicture(info: FrameInfo, png: Uint8Array): void {
    void this.#lane.enter(async () => {
      if (!isPng(png) || this.#parts.blobs.has(framePath(info.frame))) return;
      try {
        await this.#parts.blobs.put(framePath(info.frame), png);
        this.#unclaimed.add(info.frame);
      } catch (error) {
        this.#parts.onFault('picture');
        this.#parts.log.error('recorder.picture_not_kept', { error });
      }
    });
  }

  tree(cause: Cause, when: FrameWhen, taken: TakenTree): void {
    this.#enter(cause, 'tree', when, () => this.#writeTree(cause, when, taken));
  }

  /** What was to be recorded is missing, and why. */
  missing(cause: Cause, type: 'frame' | 'tree', when: FrameWhen, evidence: string): void {
    this.#enter(cause, type, when, () => {
      this.#evidence(cause, type, when, evidence);
      return Promise.resolve();
    });
  }

  /** Writes the evidence that could not be written before. Throws while it still cannot be. */
  tellMissing(): void {
    while (this.#untold[0]) {
      this.#untold[0]();
      this.#untold.shift();
    }
  }

  /** Resolves when everything so far is on disk. */
  idle(): Promise<void> {
    return this.#lane.idle();
  }

  /** Removes the pictures that no row names. */
  async removeUnclaimed(): Promise<void> {
    for (const frame of this.#unclaimed) {
      if (!this.#parts.names.has(frame)) await this.#parts.blobs.remove(framePath(frame));
    }
  }

  #enter(cause: Cause, type: 'frame' | 'tree', when: FrameWhen, work: () => Promise<void>): void {
    void this.#lane.enter(async () => {
      try {
        await work();
      } catch (error) {
        this.#parts.onFault(type === 'frame' ? 'picture' : 'tree');
        this.#parts.log.error('recorder.capture_not_written', { type, when, error });
        this.#tell(cause, type, when, `it could not be written: ${toDeskreelError(error).code}`);
      }
    });
  }

  #tell(cause: Cause, type: 'frame' | 'tree', when: FrameWhen, evidence: string): void {
    try {
      this.#evidence(cause, type, when, evidence);
    } catch (error) {
      this.#parts.onLost(error);
      this.#untold.push(() => this.#evidence(cause, type, when, evidence));
    }
  }

  async #writeFrame(
    cause: Cause,
    when: FrameWhen,
    { info, masks = [] }: TakenFrame,
    png: Uint8Array | undefined,
  ): Promise<void> {
    const { blobs, journal, names } = this.#parts;
    const path = framePath(info.frame);
    if (!blobs.has(path)) {
      if ((!png || !isPng(png)) && !(await blobs.adopt(path))) {
        this.#evidence(cause, 'frame', when, 'the agent sent no picture with it');
        this.#parts.onUnknownPicture();
        return;
      }
      if (png) await blobs.put(path, png);
      // Until the row is written; where the disk refuses it, a later frame may still name the picture.
      this.#unclaimed.add(info.frame);
    }
    const file = names.nameFor(info.frame, when, cause.method);
    const told = withoutHidden(info, this.#parts.hiders());
    const row = journal.append('frame', { ...named(cause, when), ...told, file }, 'open', cause.about);
    names.keep(info.frame, file);
    this.#unclaimed.delete(info.frame);
    this.#parts.onRow(row);
    for (const { rule, bounds = [] } of masks) this.#tellMask(cause, rule, { in: 'frame', when, bounds });
  }

  async #writeTree(cause: Cause, when: FrameWhen, { report, masks = [] }: TakenTree): Promise<void> {
    const { tree, ...facts } = report;
    const text = JSON.stringify(tree);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const { blobs, journal } = this.#parts;
    const path = treePath(sha256);
    const isNew = !blobs.has(path);
    await blobs.put(path, Buffer.from(text));
    try {
      const data = { ...named(cause, when), sha256, ...facts };
      this.#parts.onRow(journal.append('tree', data, 'open', cause.about));
    } catch (error) {
      if (isNew) await blobs.remove(path);
      throw error;
    }
    for (const { rule, nodes = 0 } of masks) this.#tellMask(cause, rule, { in: 'tree', when, nodes });
  }

  #tellMask(cause: Cause, rule: MaskRule, place: MaskPlace): void {
    const data = { ...causeOf(cause), rule, place };
    this.#parts.onRow(this.#parts.journal.append('masked', data, 'must', cause.about));
  }

  #evidence(cause: Cause, type: 'frame' | 'tree', when: FrameWhen, evidence: string): void {
    const data = { ...named(cause, when), evidence };
    this.#parts.onRow(this.#parts.journal.append(type, data, 'must', cause.about));
  }
}

function named(cause: Cause, when: FrameWhen): { call_id?: string; capture_id?: string; when: FrameWhen } {
  return { ...causeOf(cause), when };
}

function causeOf({ callId, captureId }: Cause): { call_id?: string; capture_id?: string } {
  return {
    ...(callId === undefined ? {} : { call_id: callId }),
    ...(captureId === undefined ? {} : { capture_id: captureId }),
  };
}

function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.equals(bytes.subarray(0, PNG_SIGNATURE.length));
}
