// A picture that a command answered with, as the client wants it. The recorder has had the PNG before.
import sharp from 'sharp';
import { parseWith } from '../../protocol/codec.ts';
import { pictureResult } from '../../protocol/commands/picture.ts';
import { COMMANDS } from '../../protocol/commands/table.ts';
import type { CommandCall, CommandOutcome } from './observer.ts';

/** The outcome with `image_data` in its result: the PNG as it came, or a JPEG made of it. */
export async function withPicture(call: CommandCall, outcome: CommandOutcome): Promise<CommandOutcome> {
  const { image } = outcome;
  if (!image) return outcome;
  const wanted = parseWith(COMMANDS.screenshot.params, call.params, call.command);
  const { format, quality } = wanted;
  const bytes = format === 'png' ? image.png : await sharp(image.png).jpeg({ quality }).toBuffer();
  return { ...outcome, result: pictureResult(bytes, format, image.info) };
}
