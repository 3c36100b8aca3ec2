// Requests that the x11 package does not know, sent by hand over its connection.
import type { Display } from './display.ts';

/** Sends one or more whole requests; their X errors reach the display's `onError`. */
export function sendRaw(display: Display, requests: readonly Buffer[]): void {
  if (requests.length === 0) return;
  const { client } = display;
  client.seq_num += requests.length;
  client.pack_stream.put(Buffer.concat(requests));
  client.pack_stream.submit();
}

/** Sends one request and gives its reply from the ninth byte on. */
export function askRaw(display: Display, request: Buffer): Promise<Buffer> {
  const { client } = display;
  return display.answer((done) => {
    client.seq_num += 1;
    client.replies[client.seq_num] = [
      (body) => body,
      (error, body) => {
        done(error, body);
        return true;
      },
    ];
    client.pack_stream.put(request);
    client.pack_stream.submit(true);
  });
}

/** The first byte of an extension's requests; rejects where the server has no such extension. */
export async function majorOpcode(display: Display, extension: string): Promise<number> {
  const opcode = (await display.extension(extension))['majorOpcode'];
  if (typeof opcode !== 'number') throw new Error(`the X server has no ${extension}`);
  return opcode;
}
