// Bytes in JSON.

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Fields of commands and their answers that hold bytes: of terminals, of files, of output that is no UTF-8. */
export const BYTES_FIELDS: ReadonlySet<string> = new Set(['data', 'content_b64', 'stdout_b64', 'stderr_b64']);

export function isBase64(text: string): boolean {
  return BASE64.test(text);
}

/** The text that the bytes stand for; undefined where they are not given as base64. */
export function textInBase64(text: string): string | undefined {
  return isBase64(text) ? Buffer.from(text, 'base64').toString() : undefined;
}
