// The records of a ZIP around its files' bytes, as PKWARE's APPNOTE.TXT says them: 64-bit fields only where they are needed.

/** An entry as its records tell it. */
export interface ZipEntry {
  readonly name: Buffer;
  readonly stored: boolean;
  readonly date: Date;
  /** Where its local header begins. */
  readonly offset: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  /** Its checksum and sizes come after its bytes. */
  readonly streamed: boolean;
}

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const ZIP64_FIELD = 0x0001;

const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;
const UNIX = 3;
const VERSION = 20;
const VERSION_64 = 45;
/** Bits: names are UTF-8; a descriptor follows. */
const UTF8 = 0x0800;
const STREAMED = 0x0008;
const DEFLATED = 8;
/** A regular file that whoever unpacks it may read: Unix's mode, in the upper half. */
const ATTRIBUTES = 0o100644 * 0x10000;

/** Before the entry's bytes. */
export function localHeader(entry: ZipEntry): Buffer {
  const { name, streamed, crc, compressed, size } = entry;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(VERSION, 4);
  writeForm(header, 6, entry);
  header.writeUInt32LE(streamed ? 0 : crc, 14);
  header.writeUInt32LE(streamed ? 0 : compressed, 18);
  header.writeUInt32LE(streamed ? 0 : size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

/** After the bytes of an entry whose sizes were not known before. */
export function dataDescriptor({ crc, compressed, size }: ZipEntry): Buffer {
  const isLarge = compressed >= MAX_32 || size >= MAX_32;
  const descriptor = Buffer.alloc(isLarge ? 24 : 16);
  descriptor.writeUInt32LE(DESCRIPTOR, 0);
  descriptor.writeUInt32LE(crc, 4);
  if (isLarge) {
    descriptor.writeBigUInt64LE(BigInt(compressed), 8);
    descriptor.writeBigUInt64LE(BigInt(size), 16);
  } else {
    descriptor.writeUInt32LE(compressed, 8);
    descriptor.writeUInt32LE(size, 12);
  }
  return descriptor;
}

/** The entry in the list at the ZIP's end. */
export function centralRecord(entry: ZipEntry): Buffer {
  const { name, crc, compressed, size, offset } = entry;
  const large = [size, compressed, offset].filter((value) => value >= MAX_32);
  const extra = large.length > 0 ? zip64Field(large) : Buffer.alloc(0);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(CENTRAL, 0);
  record.writeUInt8(large.length > 0 ? VERSION_64 : VERSION, 4);
  record.writeUInt8(UNIX, 5);
  record.writeUInt16LE(large.length > 0 ? VERSION_64 : VERSION, 6);
  writeForm(record, 8, entry);
  record.writeUInt32LE(crc, 16);
  record.writeUInt32LE(Math.min(compressed, MAX_32), 20);
  record.writeUInt32LE(Math.min(size, MAX_32), 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt32LE(ATTRIBUTES, 38);
  record.writeUInt32LE(Math.min(offset, MAX_32), 42);
  return Buffer.concat([record, name, extra]);
}

/** What ends a ZIP whose list of so many entries begins at `offset`. */
export function endRecords(entries: number, { offset, bytes }: { offset: number; bytes: number }): Buffer {
  const isLarge = entries >= MAX_16 || offset >= MAX_32 || bytes >= MAX_32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(entries, MAX_16), 8);
  end.writeUInt16LE(Math.min(entries, MAX_16), 10);
  end.writeUInt32LE(Math.min(bytes, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  return isLarge ? Buffer.concat([end64(entries, { offset, bytes }), end]) : end;
}

function end64(entries: number, { offset, bytes }: { offset: number; bytes: number }): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(END64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(UNIX * 0x100 + VERSION_64, 12);
  end.writeUInt16LE(VERSION_64, 14);
  end.writeBigUInt64LE(BigInt(entries), 24);
  end.writeBigUInt64LE(BigInt(entries), 32);
  end.writeBigUInt64LE(BigInt(bytes), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(END64_LOCATOR, 56);
  end.writeBigUInt64LE(BigInt(offset + bytes), 64);
  end.writeUInt32LE(1, 72);
  return end;
}

/** Flags, method, time and date, which both headers have in this order. */
function writeForm(record: Buffer, at: number, { streamed, stored, date }: ZipEntry): void {
  record.writeUInt16LE(UTF8 | (streamed ? STREAMED : 0), at);
  record.writeUInt16LE(stored ? 0 : DEFLATED, at + 2);
  record.writeUInt32LE(dosTime(date), at + 4);
}

function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(ZIP64_FIELD, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}

/** UTC, in steps of two seconds, from 1980 to 2107. */
function dosTime(date: Date): number {
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107) - 1980;
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + time;
}
