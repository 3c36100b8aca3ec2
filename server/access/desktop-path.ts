// Paths that carry a desktop's key: `/d/<key>/cmd` stands for `/v1/desktops/<id>/cmd`.

const KEYED = /^\/d\/([^/?]+)(\/[^?]*)?(\?.*)?$/;

export interface KeyedPath {
  readonly key: string;
  /** What follows the key, query included; begins with `/` or is empty. */
  readonly rest: string;
}

export function keyedPath(url: string): KeyedPath | undefined {
  const match = KEYED.exec(url);
  if (!match) return undefined;
  const [, key = '', path = '', query = ''] = match;
  return { key, rest: path + query };
}

export function desktopPath(desktopId: string, rest = ''): string {
  return `/v1/desktops/${desktopId}${rest}`;
}
