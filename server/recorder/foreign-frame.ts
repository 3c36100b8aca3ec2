// A picture that this server's desktops did not take, as a frame of a trace.
import { framePath } from '../../trace/layout.ts';
import { readPicture } from '../../trace/picture-pixels.ts';
import type { PictureNames } from '../../trace/pictures.ts';
import type { FrameWhen } from '../../protocol/frame.ts';
import type { TakenFrame } from '../../trace/call-index.ts';
import type { Blobs } from './blob-store.ts';

/** What a frame belongs to. */
export type FrameCause = { readonly call_id: string } | { readonly capture_id: string };

export interface ForeignPicture {
  readonly png: Buffer;
  readonly when: FrameWhen;
  readonly cause: FrameCause;
  /** Of the call that it belongs to. */
  readonly method?: string | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Nobody said where the pointer was. */
const UNKNOWN = { x: -1, y: -1 };

/** Stores the picture; what is returned is to be written as a row at once. Rejects where it is no picture. */
export async function foreignFrame(
  { png, when, cause, method, atMs }: ForeignPicture,
  { blobs, names }: { blobs: Pick<Blobs, 'put'>; names: PictureNames },
): Promise<TakenFrame> {
  const { id, size } = await readPicture(png);
  await blobs.put(framePath(id), png);
  const file = names.nameFor(id, when, method);
  names.keep(id, file);
  const settling = { cursor: UNKNOWN, grabbed_ms: Math.round(atMs), settled: false, settle_ms: 0 };
  return { ...cause, when, frame: id, ...size, ...settling, file };
}
