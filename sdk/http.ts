// The one place where the SDK speaks HTTP: rows of the REST table, and downloads.
import { z } from 'zod';
import { API, type ApiName, type ApiResponse } from '../protocol/api.ts';
import { parseJson, parseWith } from '../protocol/codec.ts';
import { DeskreelError, type ErrorCode } from '../protocol/errors.ts';
import { ErrorBodyText, errorFromBody } from '../protocol/server-frame.ts';

/** Where a server is and what opens it. */
export interface ServerAddress {
  /** Such as `http://127.0.0.1:7800`, without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

export interface ApiArguments {
  /** What stands for `:id` in the path. */
  id?: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

const Failure = z.object({ error: ErrorBodyText });

export class HttpClient {
  readonly #address: ServerAddress;

  constructor(address: ServerAddress) {
    this.#address = address;
  }

  get url(): string {
    return this.#address.url;
  }

  /** The header that opens the server. */
  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#address.token}` };
  }

  /** Asks one row of the REST table. Throws the server's error, or `guest_unavailable` where no server answers. */
  async api<N extends ApiName>(name: N, args: ApiArguments = {}): Promise<ApiResponse<N>> {
    const row = API[name];
    const path = row.path.replace(':id', encodeURIComponent(args.id ?? ''));
    const response = await this.#fetch(row.method, path, args);
    const text = await response.text();
    const value = text === '' ? undefined : parseJson(text);
    return parseWith(row.response, value, `${row.method} ${path}`, 'internal') as ApiResponse<N>;
  }

  /** A body as a stream. */
  async download(path: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch('GET', path, { signal });
    if (!response.body) throw new DeskreelError('internal', `GET ${path} was answered without a body`);
    return response.body;
  }

  /** Sends a stream and reads the answer in the schema's shape. */
  async upload<S extends z.ZodType>(
    path: string,
    content: ReadableStream<Uint8Array>,
    schema: S,
    signal?: AbortSignal,
  ): Promise<z.output<S>> {
    const headers = { ...this.headers, 'content-type': 'application/zip' };
    // Streams are sent in one direction at a time; fetch wants that said. Node's types do not know of it.
    const init = { method: 'POST', headers, body: content, duplex: 'half', signal: signal ?? null };
    const response = await this.#send(`${this.#address.url}${path}`, init as RequestInit);
    const text = await response.text();
    if (!response.ok) throw errorFrom(response.status, text);
    return parseWith(schema, parseJson(text), `POST ${path}`, 'internal');
  }

  async #fetch(method: string, path: string, args: ApiArguments): Promise<Response> {
    const { body, signal } = args;
    const init: RequestInit = { method, headers: this.headers, signal: signal ?? null };
    if (body !== undefined) {
      init.headers = { ...this.headers, 'content-type': 'application/json' };
      init.body = JSON.stringify(body);
    }
    const response = await this.#send(`${this.#address.url}${path}`, init);
    if (!response.ok) throw errorFrom(response.status, await response.text());
    return response;
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (cause) {
      if (init.signal?.aborted) {
        throw new DeskreelError('cancelled', 'the request was cancelled; it may have been carried out', {
          cause,
        });
      }
      throw new DeskreelError(
        'guest_unavailable',
        `no answer from ${this.#address.url}: start a server with \`deskreel serve\`, or check DESKREEL_URL`,
        { cause },
      );
    }
  }
}

/** The error that an answer carries; what is not in the contract's form is told by its status. */
export function errorFrom(status: number, text: string): DeskreelError {
  const parsed = Failure.safeParse(jsonOrUndefined(text));
  if (!parsed.success) {
    return new DeskreelError(codeOfStatus(status), `the server answered ${status}: ${text.slice(0, 200)}`);
  }
  return errorFromBody(parsed.data.error);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'not_found' : 'internal';
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    // Not JSON is an answer of something that stands before the server; the status tells of it.
    if (error instanceof DeskreelError) return undefined;
    throw error;
  }
}
