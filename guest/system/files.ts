// The commands on files. What the file system refuses is a failed command with the system's own reason.
import { appendFile, mkdir, open, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Handlers } from '../handlers.ts';

export type FileHandlers = Pick<
  Handlers,
  | 'file_exists'
  | 'directory_exists'
  | 'list_dir'
  | 'read_text'
  | 'read_bytes'
  | 'get_file_size'
  | 'write_text'
  | 'write_bytes'
  | 'create_dir'
  | 'delete_file'
  | 'delete_dir'
>;

export function createFileHandlers(home: string): FileHandlers {
  const at = (path: string): string => expandHome(path, home);
  return {
    file_exists: async ({ path }) => ({ exists: (await kindOf(at(path))) === 'file' }),
    directory_exists: async ({ path }) => ({ exists: (await kindOf(at(path))) === 'directory' }),
    list_dir: async ({ path }) => ({ files: (await tell(readdir(at(path)))).sort() }),
    read_text: async ({ path }) => ({ content: await tell(readFile(at(path), 'utf8')) }),
    read_bytes: async ({ path, offset, length }) => {
      const bytes = await tell(readRange(at(path), offset, length ?? undefined));
      return { content_b64: bytes.toString('base64') };
    },
    get_file_size: async ({ path }) => ({ size: (await tell(stat(at(path)))).size }),
    write_text: async ({ path, content }) => {
      await tell(writeFile(at(path), content));
      return {};
    },
    write_bytes: async ({ path, content_b64, append }) => {
      const bytes = Buffer.from(content_b64, 'base64');
      await tell(append ? appendFile(at(path), bytes) : writeFile(at(path), bytes));
      return {};
    },
    create_dir: async ({ path }) => {
      await tell(mkdir(at(path), { recursive: true }));
      return {};
    },
    delete_file: async ({ path }) => {
      await tell(rm(at(path)));
      return {};
    },
    delete_dir: async ({ path }) => {
      await tell(rmdir(at(path)));
      return {};
    },
  };
}

/** `~` and relative paths mean the desktop user's home. */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return path.startsWith('/') ? path : join(home, path);
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | 'none'> {
  try {
    const found = await stat(path);
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (isAbsent(error)) return 'none';
    throw failed(error);
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function readRange(path: string, offset: number, length: number | undefined): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const wanted = Math.max(0, Math.min(length ?? size, size - offset));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What the file system refuses, as the failure of a command. */
export async function tell<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw failed(error);
  }
}

function failed(cause: unknown): DeskreelError {
  return new DeskreelError('command_failed', cause instanceof Error ? cause.message : String(cause), {
    cause,
  });
}
