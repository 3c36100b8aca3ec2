// What a viewer sends to an RFB server, message by message, each with the very bytes that it came in (RFC 6143, and the
// extensions of the community's rfbproto that noVNC and TigerVNC speak).

/** What a person does with a viewer. Buttons as RFB has them, one bit each: see `RFB_BUTTON`. */
export type ViewerInput =
  | { readonly kind: 'pointer'; readonly x: number; readonly y: number; readonly buttons: number }
  | { readonly kind: 'key'; readonly keysym: number; readonly down: boolean }
  /** The viewer's clipboard, of which only the length is of interest. Bytes. */
  | { readonly kind: 'clipboard'; readonly length: number }
  /** A message of a type that is not known: what follows cannot be told apart any more. */
  | { readonly kind: 'unread'; readonly message: number };

export const RFB_BUTTON = {
  left: 1,
  middle: 2,
  right: 4,
  up: 8,
  down: 16,
  wheelLeft: 32,
  wheelRight: 64,
} as const;

export interface ViewerMessage {
  readonly bytes: Buffer;
  /** Undefined for what gives no input. */
  readonly input?: ViewerInput;
}

interface Read extends ViewerMessage {
  readonly next: Stage;
}

/** What is expected next. Returns undefined where more bytes are needed. */
type Stage = (bytes: Buffer, next: Stage) => Read | undefined;

const TYPE = {
  setEncodings: 2,
  key: 4,
  pointer: 5,
  cutText: 6,
  fence: 248,
  setDesktopSize: 251,
  qemu: 255,
} as const;

/** Lengths of the messages that give no input and are always as long. */
const FIXED: Readonly<Record<number, number>> = {
  /* SetPixelFormat */ 0: 20,
  /* FramebufferUpdateRequest */ 3: 10,
  /* EnableContinuousUpdates */ 150: 10,
  /* xvp */ 250: 4,
};

const EXTENDED_BUTTONS_ENCODING = -316;
const EXTENDED_BUTTONS_BIT = 0x80;
const VNC_AUTHENTICATION = 2;
/** Longer ones are no list of encodings, no screen layout and no clipboard: the stream is not what it seems to be. */
const LIMIT = 16 * 1024 * 1024;

export class ViewerMessages {
  #rest: Buffer = Buffer.alloc(0);
  #stage: Stage = version;
  #isRead = true;
  #hasExtendedButtons = false;

  /** The whole messages so far. Nothing is held back that cannot be understood: it is handed on as it comes. */
  *read(chunk: Buffer): Generator<ViewerMessage> {
    if (!this.#isRead) {
      yield { bytes: chunk };
      return;
    }
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (this.#rest.length > 0) {
      const read = this.#stage(this.#rest, this.#message);
      if (!read) return;
      this.#rest = this.#rest.subarray(read.bytes.length);
      this.#stage = read.next;
      yield read;
      if (read.input?.kind === 'unread') {
        this.#isRead = false;
        return;
      }
    }
  }

  readonly #message: Stage = (bytes) => {
    const length = this.#lengthOf(bytes);
    if (length === undefined || length > LIMIT) {
      return { bytes, input: { kind: 'unread', message: bytes.readUInt8() }, next: this.#message };
    }
    if (length === 0 || bytes.length < length) return undefined;
    const message = bytes.subarray(0, length);
    if (message[0] === TYPE.setEncodings) this.#noteEncodings(message);
    const input = this.#inputOf(message);
    return { bytes: message, ...(input ? { input } : {}), next: this.#message };
  };

  /** Of the message that begins here: 0 where more bytes are needed to tell, undefined where it is not known. */
  #lengthOf(bytes: Buffer): number | undefined {
    const type = bytes.readUInt8();
    const needs = (count: number, length: () => number | undefined): number | undefined =>
      bytes.length < count ? 0 : length();
    switch (type) {
      case TYPE.key:
        return 8;
      case TYPE.pointer:
        return needs(2, () => (this.#isExtended(bytes) ? 7 : 6));
      case TYPE.setEncodings:
        return needs(4, () => 4 + 4 * bytes.readUInt16BE(2));
      case TYPE.cutText:
        // Negative: the extended clipboard.
        return needs(8, () => 8 + Math.abs(bytes.readInt32BE(4)));
      case TYPE.fence:
        return needs(9, () => 9 + bytes.readUInt8(8));
      case TYPE.setDesktopSize:
        return needs(8, () => 8 + 16 * bytes.readUInt8(6));
      case TYPE.qemu:
        return needs(2, () => (bytes.readUInt8(1) === 0 ? 12 : undefined));
      default:
        return FIXED[type];
    }
  }

  #inputOf(message: Buffer): ViewerInput | undefined {
    switch (message.readUInt8()) {
      case TYPE.key:
        return { kind: 'key', keysym: message.readUInt32BE(4), down: message.readUInt8(1) !== 0 };
      case TYPE.pointer:
        return {
          kind: 'pointer',
          x: message.readUInt16BE(2),
          y: message.readUInt16BE(4),
          buttons: this.#isExtended(message)
            ? message.readUInt8(1) & ~EXTENDED_BUTTONS_BIT
            : message.readUInt8(1),
        };
      case TYPE.cutText:
        return { kind: 'clipboard', length: message.length - 8 };
      case TYPE.qemu:
        return { kind: 'key', keysym: message.readUInt32BE(4), down: message.readUInt16BE(2) !== 0 };
      default:
        return undefined;
    }
  }

  /** Who says that it knows the extension uses the eighth bit for nothing else. */
  #isExtended(message: Buffer): boolean {
    return this.#hasExtendedButtons && (message.readUInt8(1) & EXTENDED_BUTTONS_BIT) !== 0;
  }

  #noteEncodings(message: Buffer): void {
    for (let at = 4; at < message.length; at += 4) {
      if (message.readInt32BE(at) === EXTENDED_BUTTONS_ENCODING) this.#hasExtendedButtons = true;
    }
  }
}

const VERSION_LENGTH = 12;
const CHALLENGE_LENGTH = 16;

/** `RFB 003.008\n`. Until 3.3 the server alone chooses the security; our Xvnc chooses none then. */
function version(bytes: Buffer, message: Stage): Read | undefined {
  if (bytes.length < VERSION_LENGTH) return undefined;
  const said = /^RFB 003\.(\d{3})\n$/.exec(bytes.toString('latin1', 0, VERSION_LENGTH));
  if (!said) return { bytes, input: { kind: 'unread', message: bytes.readUInt8() }, next: message };
  const next = Number(said[1]) >= 7 ? security : clientInit;
  return { bytes: bytes.subarray(0, VERSION_LENGTH), next };
}

function security(bytes: Buffer): Read {
  return {
    bytes: bytes.subarray(0, 1),
    next: bytes.readUInt8() === VNC_AUTHENTICATION ? response : clientInit,
  };
}

function response(bytes: Buffer): Read | undefined {
  if (bytes.length < CHALLENGE_LENGTH) return undefined;
  return { bytes: bytes.subarray(0, CHALLENGE_LENGTH), next: clientInit };
}

function clientInit(bytes: Buffer, message: Stage): Read {
  return { bytes: bytes.subarray(0, 1), next: message };
}
