// Names of runs, as agents choose them: one file name each, on every side of the wire.

/** Bytes; what is put behind it must fit into a file name too. */
const LONGEST = 150;
const SAFE = /^[\p{L}\p{N}_][\p{L}\p{N} _.:@+-]*$/u;

/** One safe file name: no separator, no leading dot, nothing that a terminal or a shell would take for more. */
export function isRunId(text: unknown): text is string {
  return (
    typeof text === 'string' && SAFE.test(text) && Buffer.byteLength(text) <= LONGEST && !/[ .]$/.test(text)
  );
}
