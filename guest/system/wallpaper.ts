// The wallpaper, by the desktop's own settings; xfdesktop tells by the root window when it has taken a picture.
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Handlers } from '../handlers.ts';
import { expandHome } from './files.ts';

const command = promisify(execFile);
const CHANNEL = ['-c', 'xfce4-desktop'];
/** Zoomed, so that it fills the screen. */
const ZOOMED = '5';

export interface WallpaperParts {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Runs `change` and resolves when the desktop has drawn another background after it; false where it did not. */
  readonly drawn: (change: () => Promise<void>, signal: AbortSignal) => Promise<boolean>;
}

export function createWallpaperHandler(parts: WallpaperParts): Pick<Handlers, 'set_wallpaper'> {
  return {
    set_wallpaper: async ({ path }, { signal }) => {
      const file = expandHome(path, parts.home);
      await checkPicture(file);
      const settings = await readSettings(parts.env);
      for (const backdrop of backdropsOf(settings)) await setPicture(parts, backdrop, file, settings, signal);
      return {};
    },
  };
}

type Settings = ReadonlyMap<string, string>;

/** All of the desktop's settings, by their names. */
async function readSettings(env: NodeJS.ProcessEnv): Promise<Settings> {
  const { stdout } = await command('xfconf-query', [...CHANNEL, '-l', '-v'], { env });
  return new Map(
    Array.from(stdout.matchAll(/^(\S+) *(.*)$/gm), ([, name = '', value = '']) => [name, value]),
  );
}

/** One for each monitor and workspace. */
function backdropsOf(settings: Settings): string[] {
  const found = [...settings.keys()].flatMap(
    (name) => /^\/backdrop\/screen\d+\/monitor[^/]+\/workspace\d+(?=\/)/.exec(name) ?? [],
  );
  return [...new Set(found)];
}

async function setPicture(
  { env, drawn }: WallpaperParts,
  backdrop: string,
  file: string,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const set = async (name: string, type: string, value: string): Promise<boolean> => {
    const property = ['-p', `${backdrop}/${name}`, '-n', '-t', type, '-s', value];
    return drawn(async () => {
      await command('xfconf-query', [...CHANNEL, ...property], { env, signal });
    }, signal);
  };
  if (settings.get(`${backdrop}/image-style`) !== ZOOMED) await set('image-style', 'int', ZOOMED);
  // The same file again may hold another picture, and an equal setting is no change.
  const isSame = settings.get(`${backdrop}/last-image`) === file;
  if (isSame) await set('last-image', 'string', '');
  if (await set('last-image', 'string', file)) return;
  throw new DeskreelError('command_failed', 'the desktop did not take the picture');
}

/** Beginnings of the files that the desktop can show. */
const PICTURES = [
  /^\x89PNG/,
  /^\xff\xd8\xff/,
  /^GIF8/,
  /^BM/,
  /^(II\*\0|MM\0\*)/,
  /^P[1-6]\s/,
  /<svg|<\?xml/,
];

async function checkPicture(file: string): Promise<void> {
  let head: string;
  try {
    await using opened = await open(file);
    const { bytesRead, buffer } = await opened.read(Buffer.alloc(256), 0, 256, 0);
    head = buffer.toString('latin1', 0, bytesRead);
  } catch (cause) {
    throw new DeskreelError('command_failed', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
  if (PICTURES.some((beginning) => beginning.test(head))) return;
  throw new DeskreelError('command_failed', `${file} is no picture that the desktop can show`);
}
