// Methods on the desktop's files. A path may start with ~. What is too large for one message goes in parts.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Call, CallOptions } from './call.ts';

/** What goes in one message; base64 makes a third more of it. Bytes. */
export const PART_BYTES = 5 * 1024 * 1024;

export interface ReadBytesOptions extends CallOptions {
  /** Bytes to leave out at the beginning. Default 0. */
  offset?: number;
  /** Bytes at the most. Default: to the end. */
  length?: number;
}

export interface WriteBytesOptions extends CallOptions {
  /** Behind what is there, instead of in its place. Default false. */
  append?: boolean;
}

export function fileMethods(call: Call) {
  const readBytes = (path: string, options: ReadBytesOptions = {}): Promise<Buffer> =>
    readInParts(call, path, options);
  const writeBytes = (path: string, content: Uint8Array, options: WriteBytesOptions = {}): Promise<void> =>
    writeInParts(call, path, content, options);
  return {
    /** Whether there is a file. */
    async fileExists(path: string, options?: CallOptions): Promise<boolean> {
      return (await call('file_exists', { path }, options)).exists;
    },
    /** Whether there is a folder. */
    async directoryExists(path: string, options?: CallOptions): Promise<boolean> {
      return (await call('directory_exists', { path }, options)).exists;
    },
    /** The names in a folder. */
    async listDir(path: string, options?: CallOptions): Promise<string[]> {
      return (await call('list_dir', { path }, options)).files;
    },
    /** A file's text, read as UTF-8. */
    async readText(path: string, options?: CallOptions): Promise<string> {
      try {
        return (await call('read_text', { path }, options)).content;
      } catch (error) {
        if (!(error instanceof DeskreelError) || error.code !== 'too_large') throw error;
        return (await readBytes(path, options)).toString('utf8');
      }
    },
    /** A file's bytes, or a range of them. */
    readBytes,
    /** A file's size in bytes. */
    async getFileSize(path: string, options?: CallOptions): Promise<number> {
      return (await call('get_file_size', { path }, options)).size;
    },
    /** Writes a text as UTF-8 in the place of what was there. Beyond 5 MiB in parts: a reader may see the first alone. */
    async writeText(path: string, content: string, options?: CallOptions): Promise<void> {
      if (Buffer.byteLength(content) <= PART_BYTES) await call('write_text', { path, content }, options);
      else await writeBytes(path, Buffer.from(content), options);
    },
    /** Writes bytes in the place of what was there. Beyond 5 MiB in parts: a reader may see the first alone. */
    writeBytes,
    /** Makes a folder, and those above it. */
    async createDir(path: string, options?: CallOptions): Promise<void> {
      await call('create_dir', { path }, options);
    },
    /** Deletes a file. */
    async deleteFile(path: string, options?: CallOptions): Promise<void> {
      await call('delete_file', { path }, options);
    },
    /** Deletes a folder that is empty. */
    async deleteDir(path: string, options?: CallOptions): Promise<void> {
      await call('delete_dir', { path }, options);
    },
  };
}

async function readInParts(call: Call, path: string, given: ReadBytesOptions): Promise<Buffer> {
  const { offset = 0, length = Infinity, ...options } = given;
  const parts: Buffer[] = [];
  for (let read = 0; read < length;) {
    const wanted = Math.min(PART_BYTES, length - read);
    const { content_b64: content } = await call(
      'read_bytes',
      { path, offset: offset + read, length: wanted },
      options,
    );
    const part = Buffer.from(content, 'base64');
    parts.push(part);
    read += part.length;
    // A part that is not full is the last: files that grow while they are read end where this one did.
    if (part.length < wanted) break;
  }
  return Buffer.concat(parts);
}

async function writeInParts(
  call: Call,
  path: string,
  content: Uint8Array,
  given: WriteBytesOptions,
): Promise<void> {
  const { append = false, ...options } = given;
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  for (let from = 0; from === 0 || from < bytes.length; from += PART_BYTES) {
    const part = bytes.subarray(from, from + PART_BYTES).toString('base64');
    await call('write_bytes', { path, content_b64: part, append: append || from > 0 }, options);
  }
}

export type FileMethods = ReturnType<typeof fileMethods>;
