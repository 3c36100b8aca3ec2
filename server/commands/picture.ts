// A picture that a command answered with, as the client wants it. The recorder has had the PNG before.
import sharp from 'sharp';
import { cutOf, pictureResult, wantedPicture, type WantedPicture } from '../../protocol/commands/picture.ts';
import type { CommandCall, CommandOutcome } from './observer.ts';

/** The outcome with `image_data` in its result: the PNG as it came, a part of it, or a JPEG. */
export async function withPicture(call: CommandCall, outcome: CommandOutcome): Promise<CommandOutcome> {
  const { image } = outcome;
  if (!image) return outcome;
  const wanted = wantedPicture(call.command, call.params);
  const bytes = wanted.region || wanted.format !== 'png' ? await remade(image.png, wanted) : image.png;
  return { ...outcome, result: pictureResult(bytes, wanted, image.info) };
}

function remade(png: Uint8Array, wanted: WantedPicture): Promise<Buffer> {
  const cut = cutOf(wanted);
  const part = cut ? sharp(png).extract(cut) : sharp(png);
  const { format, quality } = wanted;
  return (format === 'png' ? part.png({ compressionLevel: 1 }) : part.jpeg({ quality })).toBuffer();
}
