// Who asks: by header, by cookie, or by a key in the path that opens one desktop.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { DeskreelError } from '../../protocol/errors.ts';
import { cookieOf } from './cookies.ts';

/** `cookie` is a browser: where it comes from is checked too. */
export type Principal = { kind: 'server'; by: 'header' | 'cookie' } | { kind: 'desktop'; desktopId: string };

export class Authenticator {
  readonly #token: string;
  /** Not the token itself: cookies ignore ports, so other servers on this host get to see it. */
  readonly #cookie: string;

  /** Two servers on one host have a cookie each. */
  readonly cookieName: string;

  constructor(token: string, serverId: string) {
    this.#token = token;
    this.cookieName = `deskreel_${serverId}`;
    this.#cookie = createHmac('sha256', token).update('deskreel cookie').digest('base64url');
  }

  /** Throws `unauthorized` where there is no key or a wrong one. */
  authenticate(headers: IncomingHttpHeaders): Principal {
    const given = bearerOf(headers) ?? textOf(headers['x-api-key']);
    if (given !== undefined) {
      if (!this.isToken(given)) throw new DeskreelError('unauthorized', 'the token is not this server’s');
      return { kind: 'server', by: 'header' };
    }
    const cookie = cookieOf(headers.cookie, this.cookieName);
    if (cookie !== undefined && sameText(cookie, this.#cookie)) return { kind: 'server', by: 'cookie' };
    throw new DeskreelError(
      'unauthorized',
      'a token is needed: `Authorization: Bearer <token>` or `X-API-Key: <token>`; it is in the file `token` of the data folder',
    );
  }

  isToken(text: string): boolean {
    return sameText(text, this.#token);
  }

  /** The value of the cookie that stands for the token. */
  get cookie(): string {
    return this.#cookie;
  }
}

/** Takes the same time wherever the texts differ, and whatever their lengths. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
