// Requests of an upload: bounded in time, told apart by whether another try can help.
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { jsonIfAny } from '../../../protocol/codec.ts';
import { systemClock, type Clock } from '../../../server/clock.ts';
import type { Part } from './prepare.ts';

export interface UploadTimes {
  /** For the whole of a request that carries no file. Milliseconds. */
  readonly askMs: number;
  /** Without a byte passing in either direction. Milliseconds. */
  readonly quietMs: number;
  /** Between two tries; doubled each time. Milliseconds. */
  readonly pauseMs: number;
  readonly tries: number;
}

export const UPLOAD_TIMES: UploadTimes = { askMs: 10_000, quietMs: 30_000, pauseMs: 500, tries: 4 };

/** `status` 0: no answer came; `timedOut`: the time for it was over. */
export class UploadFailure extends Error {
  readonly status: number;
  readonly timedOut: boolean;
  readonly body: unknown;

  constructor(
    message: string,
    status: number,
    more: { timedOut?: boolean; body?: unknown; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.timedOut = more.timedOut ?? false;
    this.body = more.body;
  }

  /** The server or the way to it may be better soon. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface TransportParts {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly times?: UploadTimes;
  readonly clock?: Clock;
}

export class Transport {
  readonly #parts: TransportParts;
  readonly #times: UploadTimes;
  readonly #clock: Clock;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#times = parts.times ?? UPLOAD_TIMES;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Asks the API once. Throws `UploadFailure`. */
  async askOnce<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    const { apiUrl, apiKey } = this.#parts;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${apiUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(this.#times.askMs),
      });
      text = await response.text();
    } catch (cause) {
      throw noAnswer(cause);
    }
    const value = jsonIfAny(text);
    if (!response.ok) throw new UploadFailure(`HTTP ${response.status}`, response.status, { body: value });
    const result = answer.safeParse(value);
    if (result.success) return result.data;
    throw new UploadFailure(`${path} was answered in a form that is not known`, response.status);
  }

  /** Asks, again and again where that can help. */
  async ask<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return this.#patiently(() => this.askOnce(path, body, answer));
  }

  /** Sends a part. `onBytes` is told how many of its bytes have gone out; it begins anew with each try. */
  async put(url: string, part: Part, onBytes: (bytes: number) => void): Promise<void> {
    await this.#patiently(() => this.#putOnce(url, part, onBytes));
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const again = error instanceof UploadFailure && error.isPassing && tries < this.#times.tries;
        if (!again) throw error;
        await this.#clock.sleep(this.#times.pauseMs * 2 ** (tries - 1));
      }
    }
  }

  async #putOnce(url: string, part: Part, onBytes: (bytes: number) => void): Promise<void> {
    const { status, body } = await this.#send(new URL(url), part, onBytes);
    if (status < 200 || status > 299) {
      throw new UploadFailure(`HTTP ${status}`, status, { body: jsonIfAny(body) });
    }
  }

  /** With its length said, which stores behind signed addresses want. */
  async #send(
    url: URL,
    part: Part,
    onBytes: (bytes: number) => void,
  ): Promise<{ status: number; body: string }> {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { ...part.headers, 'content-length': part.bytes };
    const outgoing = send(url, { method: 'PUT', headers, timeout: this.#times.quietMs });
    outgoing.on('timeout', () => outgoing.destroy(new DOMException('no byte passed', 'TimeoutError')));
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
    });
    answered.catch(() => undefined);
    try {
      const sent = pipeline(createReadStream(part.path), counter(onBytes), outgoing);
      // A server that refuses answers before it has read everything, and then breaks off: the answer counts.
      const broken = sent.then(
        () => new Promise<never>(() => undefined),
        async (error: unknown) => {
          await new Promise(setImmediate);
          throw error;
        },
      );
      const answer = await Promise.race([answered, broken]);
      return { status: answer.statusCode ?? 0, body: await textOf(answer) };
    } catch (cause) {
      throw noAnswer(cause);
    } finally {
      outgoing.destroy();
    }
  }
}

function counter(onBytes: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
}

function noAnswer(cause: unknown): UploadFailure {
  const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const message = inner instanceof Error ? inner.message : String(inner);
  return new UploadFailure(timedOut ? 'timeout' : message || 'no answer', 0, { timedOut, cause });
}
