// Text out of the engine's log stream, where each piece has a header of eight bytes: stream, three zeros, length.

const HEADER = 8;

export function plainLog(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + HEADER <= raw.length;) {
    const end = at + HEADER + raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + HEADER, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8').trimEnd();
}
