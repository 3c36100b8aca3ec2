// The result of a command that answers with a picture.
import type { FrameInfo } from '../frame.ts';
import type { CommandParams, CommandResult } from './table.ts';

type Format = CommandParams<'screenshot'>['format'];

export function pictureResult(
  bytes: Uint8Array,
  format: Format,
  { frame, width, height, cursor }: FrameInfo,
): CommandResult<'screenshot'> {
  return {
    image_data: Buffer.from(bytes).toString('base64'),
    format: format === 'png' ? 'png' : 'jpeg',
    frame,
    width,
    height,
    cursor,
  };
}
