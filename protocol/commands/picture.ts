// The result of a command that answers with a picture: of the whole screen, or of a region of it.
import type { z } from 'zod';
import { parseWith } from '../codec.ts';
import type { FrameInfo } from '../frame.ts';
import { COMMANDS, type CommandName, type CommandResult } from './table.ts';

const Wanted = COMMANDS.zoom.params.partial({ region: true });
/** What the client wants of the screen. */
export type WantedPicture = z.output<typeof Wanted>;

/** A part of the screen in pixels. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function wantedPicture(command: CommandName, params: unknown): WantedPicture {
  return parseWith(Wanted, params, command, 'bad_params');
}

/** Undefined for the whole screen. */
export function cutOf({ region }: WantedPicture): Cut | undefined {
  if (!region) return undefined;
  const [left, top, right, bottom] = region;
  return { left, top, width: right - left, height: bottom - top };
}

export function pictureResult(
  bytes: Uint8Array,
  wanted: WantedPicture,
  { frame, width, height, cursor }: FrameInfo,
): CommandResult<'screenshot'> {
  const size = cutOf(wanted) ?? { width, height };
  return {
    image_data: Buffer.from(bytes).toString('base64'),
    format: wanted.format === 'png' ? 'png' : 'jpeg',
    frame,
    width: size.width,
    height: size.height,
    cursor,
  };
}
