// The one error of this D-Bus client.

/** An error reply, or the loss of the connection (`DISCONNECTED`), or a message that breaks the protocol (`BROKEN`). */
export class DBusError extends Error {
  override readonly name = 'DBusError';
  /** The error's D-Bus name, such as `org.freedesktop.DBus.Error.ServiceUnknown`. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export const DISCONNECTED = 'org.freedesktop.DBus.Error.Disconnected';
export const BROKEN = 'deskreel.BrokenMessage';
export const TIMED_OUT = 'org.freedesktop.DBus.Error.Timeout';
