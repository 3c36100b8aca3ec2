// A VNC viewer that speaks RFB 3.8 over the server's WebSocket, with hands and without eyes.
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { keysymOfCodePoint } from '../../protocol/keysyms.ts';
import { RFB_BUTTON } from '../../protocol/rfb/viewer-messages.ts';
import { systemClock } from '../../server/clock.ts';

export { RFB_BUTTON };
export const KEY = {
  return: 0xff0d,
  tab: 0xff09,
  escape: 0xff1b,
  backSpace: 0xff08,
  control: 0xffe3,
  shift: 0xffe1,
  super: 0xffeb,
} as const;

export class RfbViewer implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;

  private constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }

  static async open(url: string, headers: Record<string, string>): Promise<RfbViewer> {
    const socket = new WebSocket(url, { headers });
    const stream = createWebSocketStream(socket);
    await once(socket, 'open');
    const viewer = new RfbViewer(socket, stream);
    await viewer.#greet();
    return viewer;
  }

  pointer(x: number, y: number, buttons = 0): void {
    const message = Buffer.alloc(6);
    message.writeUInt8(5, 0);
    message.writeUInt8(buttons, 1);
    message.writeUInt16BE(x, 2);
    message.writeUInt16BE(y, 4);
    this.#stream.write(message);
  }

  click(x: number, y: number, button: number = RFB_BUTTON.left): void {
    this.pointer(x, y);
    this.pointer(x, y, button);
    this.pointer(x, y);
  }

  key(keysym: number, down: boolean): void {
    const message = Buffer.alloc(8);
    message.writeUInt8(4, 0);
    message.writeUInt8(down ? 1 : 0, 1);
    message.writeUInt32BE(keysym, 4);
    this.#stream.write(message);
  }

  press(...keysyms: number[]): void {
    for (const keysym of keysyms) this.key(keysym, true);
    for (const keysym of keysyms.toReversed()) this.key(keysym, false);
  }

  type(text: string): void {
    for (const character of text) this.press(keysymOfCodePoint(character.codePointAt(0) ?? 0));
  }

  /** A person pauses for longer than a double click and a text may. */
  async idle(): Promise<void> {
    await systemClock.sleep(1100);
  }

  /** Resolves when the other side has hung up. */
  async closed(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close');
  }

  /** Bytes as they are. */
  send(bytes: Buffer): void {
    this.#stream.write(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  async #greet(): Promise<void> {
    await this.#read(12);
    this.#stream.write('RFB 003.008\n');
    const [count = 0] = await this.#read(1);
    await this.#read(count);
    this.#stream.write(Buffer.from([1]));
    await this.#read(4);
    // Shared.
    this.#stream.write(Buffer.from([1]));
    const init = await this.#read(24);
    await this.#read(init.readUInt32BE(20));
    this.#stream.resume();
  }

  async #read(length: number): Promise<Buffer> {
    for (;;) {
      const bytes = this.#stream.read(length) as Buffer | null;
      if (bytes) return bytes;
      await once(this.#stream, 'readable');
    }
  }
}
