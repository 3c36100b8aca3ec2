// The closed set of error codes, and the one error class that crosses rooms and wires.

/** Every code an answer may carry, with the HTTP status it is served with. */
export const ERROR_STATUS = {
  bad_json: 400,
  bad_request: 400,
  unknown_command: 404,
  bad_params: 400,
  out_of_screen: 400,
  unknown_key: 400,
  id_conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  foreign_origin: 403,
  foreign_host: 421,
  not_found: 404,
  not_ready: 409,
  stale_element: 410,
  conflict: 409,
  trace_active: 409,
  trace_inactive: 409,
  too_large: 413,
  timeout: 504,
  cancelled: 499,
  command_failed: 422,
  unsupported: 501,
  lease_held: 423,
  unknown_outcome: 502,
  reply_withheld: 409,
  guest_unavailable: 503,
  storage_full: 507,
  engine_unavailable: 503,
  image_missing: 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export const ERROR_CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** What is told of an error on every wire: no stack, no path of the host. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  details?: unknown;
}

/** An error that its receiver can act on. `message` is public; what must stay inside goes into `cause`. */
export class DeskreelError extends Error {
  override readonly name = 'DeskreelError';
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }

  toBody(): ErrorBody {
    const body: ErrorBody = { code: this.code, message: this.message };
    return this.details === undefined ? body : { ...body, details: this.details };
  }
}

/** Any thrown value as a DeskreelError; what is not one becomes `fallback` and keeps the original as its cause. */
export function toDeskreelError(thrown: unknown, fallback: ErrorCode = 'internal'): DeskreelError {
  if (thrown instanceof DeskreelError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DeskreelError(fallback, message, { cause: thrown });
}
