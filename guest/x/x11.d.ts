// The part of the `x11` package (which ships no types) that the guest uses.
declare module 'x11' {
  export interface XEvent {
    name?: string;
    type: number;
    [field: string]: unknown;
  }

  export interface XError extends Error {
    error?: number;
    /** The id or value that the server refused. */
    badParam?: number;
  }

  export type XCallback<T> = (error: Error | null, value: T) => void;

  export interface XClient {
    AllocID(): number;
    readonly stream: { on(event: 'close', listener: () => void): unknown };
    require(extension: string, callback: XCallback<Record<string, unknown>>): void;
    on(event: 'event', listener: (event: XEvent) => void): this;
    on(event: 'error', listener: (error: XError) => void): this;
    on(event: 'end', listener: () => void): this;
    off(event: string, listener: (...args: never[]) => void): this;
    terminate(): void;
    /** The number of the request that was sent last; who packs one by hand counts it here. */
    seq_num: number;
    pack_stream: { put(request: Buffer): void; submit(expectsReply?: boolean): void };
    /** By number of the request: how to read its reply, and whom to give it to (true: an error is dealt with). */
    replies: Record<number, [(body: Buffer) => Buffer, (error: XError | null, body: Buffer) => boolean]>;
    [request: string]: unknown;
  }

  export interface XScreen {
    root: number;
    pixel_width: number;
    pixel_height: number;
  }

  export interface XDisplay {
    client: XClient;
    screen: XScreen[];
    /** The bits of an id that its client chooses; the others tell the client. */
    resource_mask: number;
    min_keycode: number;
    max_keycode: number;
  }

  export function createClient(options: { display: string }, callback: XCallback<XDisplay>): XClient;

  const x11: { createClient: typeof createClient };
  export default x11;
}
