// In the way from a viewer to its desktop: what the viewer says goes on byte for byte, once the recorder knows of it.
import { Transform } from 'node:stream';
import { ViewerMessages, type ViewerInput } from '../../protocol/rfb/viewer-messages.ts';

export function viewerTap(take: (input: ViewerInput) => Promise<void>): Transform {
  const messages = new ViewerMessages();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pass(this, messages, chunk, take).then(() => done(), done);
    },
  });
}

async function pass(
  onward: Transform,
  messages: ViewerMessages,
  chunk: Buffer,
  take: (input: ViewerInput) => Promise<void>,
): Promise<void> {
  for (const { bytes, input } of messages.read(chunk)) {
    if (input) await take(input);
    onward.push(bytes);
  }
}
