// Cuts a stream of bytes into D-Bus messages and reads their headers.
import { BROKEN, DBusError } from './error.ts';
import { BodyReader } from './reader.ts';

export const METHOD_RETURN = 2;
export const ERROR = 3;
export const SIGNAL = 4;

/** The protocol's own limit. */
const MAX_MESSAGE = 128 * 1024 * 1024;
const HEADER = 16;

export interface Message {
  readonly type: number;
  /** The call that this answers; 0 for signals. */
  readonly replySerial: number;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly errorName: string;
  readonly sender: string;
  readonly body: BodyReader;
}

/** Collects what a socket gives, torn anywhere, and calls `onMessage` for each whole message. Throws on broken ones. */
export class MessageStream {
  readonly #onMessage: (message: Message) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that must be there before looking again is worth it. */
  #wanted = HEADER;

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    let at = 0;
    for (;;) {
      this.#wanted = messageSize(bytes, at);
      if (bytes.length - at < this.#wanted) break;
      const end = at + this.#wanted;
      this.#onMessage(readMessage(bytes, at, end));
      at = end;
    }
    this.#size = bytes.length - at;
    this.#chunks = this.#size > 0 ? [bytes.subarray(at)] : [];
  }
}

/** Bytes of the message at `at`, or of a header where that is not whole yet. */
function messageSize(bytes: Buffer, at: number): number {
  if (bytes.length - at < HEADER) return HEADER;
  if (bytes[at] !== 0x6c) throw new DBusError(BROKEN, 'only little endian messages are understood');
  const fields = bytes.readUInt32LE(at + 12);
  const size = HEADER + ((fields + 7) & ~7) + bytes.readUInt32LE(at + 4);
  if (size > MAX_MESSAGE) throw new DBusError(BROKEN, `a message of ${size} bytes is over the limit`);
  return size;
}

function readMessage(bytes: Buffer, at: number, end: number): Message {
  const fieldsEnd = at + HEADER + bytes.readUInt32LE(at + 12);
  const type = bytes[at + 1] ?? 0;
  const bodyStart = at + HEADER + ((fieldsEnd - at - HEADER + 7) & ~7);
  const body = new BodyReader(bytes, bodyStart, end);
  const fields = new BodyReader(bytes, at + HEADER, fieldsEnd);
  const message = {
    type,
    replySerial: 0,
    path: '',
    interface: '',
    member: '',
    errorName: '',
    sender: '',
    body,
  };
  if (type === METHOD_RETURN) message.replySerial = findReplySerial(bytes, at + HEADER, fieldsEnd);
  else readFields(fields, message);
  return message;
}

/** The only field of a return that matters, found without making strings of the others. */
function findReplySerial(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at + 8 <= end) {
    const code = bytes[at];
    if (code === 5) return bytes.readUInt32LE(at + 4);
    // A signature ('g') counts its length in one byte, everything else here in four.
    const length = bytes[at + 2] === 0x67 ? (bytes[at + 4] ?? 0) + 2 : fieldLength(bytes, at);
    at = start + ((at + 4 + length - start + 7) & ~7);
  }
  throw new DBusError(BROKEN, 'a reply names no call');
}

function fieldLength(bytes: Buffer, at: number): number {
  return bytes[at + 2] === 0x75 ? 4 : bytes.readUInt32LE(at + 4) + 5;
}

type Fields = { -readonly [K in keyof Message]: Message[K] };

function readFields(fields: BodyReader, into: Fields): void {
  while (!fields.done) {
    fields.struct();
    const code = fields.byte();
    const type = fields.signature();
    const value = type === 'u' ? fields.uint32() : type === 'g' ? fields.signature() : fields.string();
    setField(into, code, value);
  }
}

function setField(into: Fields, code: number, value: string | number): void {
  if (typeof value === 'number') {
    if (code === 5) into.replySerial = value;
    return;
  }
  if (code === 1) into.path = value;
  else if (code === 2) into.interface = value;
  else if (code === 3) into.member = value;
  else if (code === 4) into.errorName = value;
  else if (code === 7) into.sender = value;
}
