// Names of a trace's ZIP: everything lies in one folder, and nothing leads out of it.
import { DeskreelError } from '../../protocol/errors.ts';

/** The kind of file in the upper half of a Unix entry's attributes. */
const KIND_MASK = 0o170000;
const SYMLINK = 0o120000;

export interface ZipName {
  readonly fileName: string;
  readonly externalFileAttributes: number;
}

/** The entry's path below the archive's own folder; undefined for that folder itself. Throws where it leads out of it. */
export function pathInside(entry: ZipName): string | undefined {
  const inside = wholePath(entry).split('/').slice(1).join('/');
  return inside === '' ? undefined : inside;
}

/** The entry's path as it stands. Throws where it leads out of the archive. */
export function wholePath(entry: ZipName): string {
  const parts = entry.fileName.split('/');
  const isLink = ((entry.externalFileAttributes >>> 16) & KIND_MASK) === SYMLINK;
  const strange =
    entry.fileName.includes('\\') || entry.fileName.includes('\0') || entry.fileName.includes(':');
  if (isLink || strange || parts.some((part) => part === '..' || part === '.') || parts[0] === '') {
    throw new DeskreelError(
      'internal',
      `the trace's archive has an entry that leaves its folder: ${entry.fileName}`,
    );
  }
  return entry.fileName;
}
