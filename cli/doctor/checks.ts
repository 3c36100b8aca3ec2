// The looks that `deskreel doctor` takes, each of which says what it found and, where that is not enough, what to do.
import { execFile } from 'node:child_process';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Deskreel, DeskreelError } from '../../sdk/index.ts';
import { systemClock } from '../../server/clock.ts';
import type { Config } from '../../server/config.ts';
import { connectEngine } from '../../server/containers/connect-engine.ts';
import { tokenFile } from '../../server/access/server-token.ts';

export interface Finding {
  readonly name: string;
  /** `note`: worth knowing, nothing is wrong. */
  readonly state: 'ok' | 'note' | 'missing';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** `await using` in plain JavaScript needs 24; all else runs on 22. */
const OLDEST_NODE = 22;
const FFMPEG_REMEDY = 'only videos need it. Debian, Ubuntu: sudo apt-get install ffmpeg';
const TESSERACT_REMEDY =
  'only `trace redact` needs it, to read pictures. Debian, Ubuntu: sudo apt-get install tesseract-ocr';
const READABLE_BY_OTHERS = 0o077;

export function createChecks(config: Config, signal: AbortSignal): (() => Promise<Finding>)[] {
  return [
    () => Promise.resolve(nodeVersion(process.versions.node)),
    () => engine(config, signal),
    () => image(config),
    () => program('ffmpeg', '-version', FFMPEG_REMEDY),
    () => program('tesseract', '--version', TESSERACT_REMEDY),
    () => dataFolder(config),
    () => token(config),
    () => server(config, signal),
  ];
}

export function nodeVersion(version: string): Finding {
  const name = 'Node';
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return { name, state: 'ok', found: version };
  return {
    name,
    state: 'missing',
    found: version,
    remedy: `Node ${OLDEST_NODE} or newer is needed: https://nodejs.org`,
  };
}

async function engine(config: Config, signal: AbortSignal): Promise<Finding> {
  const name = 'Docker';
  // Ends the engine's own deadline together with this look.
  const look = new AbortController();
  try {
    const driver = await connectEngine(config.engine, systemClock);
    await driver.check(AbortSignal.any([signal, look.signal]));
    return { name, state: 'ok', found: 'the engine answers' };
  } catch (error) {
    const remedy =
      '`deskreel setup` installs one on Debian or Ubuntu as root; else install Docker and start it';
    return { name, state: 'missing', found: messageOf(error), remedy };
  } finally {
    look.abort();
  }
}

async function image(config: Config): Promise<Finding> {
  const name = 'Image';
  try {
    const driver = await connectEngine(config.engine, systemClock);
    await driver.requireImage(config.image);
    return { name, state: 'ok', found: config.image };
  } catch (error) {
    const absent = error instanceof DeskreelError && error.code === 'image_missing';
    const found = absent ? `${config.image} is not on this machine` : messageOf(error);
    return { name, state: 'missing', found, remedy: '`deskreel setup` builds it (some minutes)' };
  }
}

/** A program that a part of Deskreel uses: without it all else works. */
async function program(name: string, ask: string, remedy: string): Promise<Finding> {
  try {
    const { stdout, stderr } = await promisify(execFile)(name, [ask]);
    const [line = ''] = (stdout || stderr).split('\n');
    return { name, state: 'ok', found: line.replace(name, '').trim().split(' ').slice(0, 2).join(' ') };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { name, state: 'note', found: absent ? 'is not on this machine' : messageOf(error), remedy };
  }
}

async function dataFolder({ data }: Config): Promise<Finding> {
  const name = 'Data folder';
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name, state: 'ok', found: data };
  } catch (error) {
    const remedy = 'make it writable, or name another by DESKREEL_DATA';
    return { name, state: 'missing', found: messageOf(error), remedy };
  }
}

async function token({ data, token: given }: Config): Promise<Finding> {
  const name = 'Token';
  if (given !== undefined) return { name, state: 'ok', found: 'DESKREEL_TOKEN' };
  const path = tokenFile(data);
  try {
    const { mode } = await stat(path);
    if ((mode & READABLE_BY_OTHERS) === 0) return { name, state: 'ok', found: path };
    return { name, state: 'note', found: `others can read ${path}`, remedy: `chmod 600 ${path}` };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { name, state: 'note', found: 'none yet; the server makes one at its first start' };
    }
    return { name, state: 'missing', found: messageOf(error), remedy: 'make it readable for yourself' };
  }
}

async function server(config: Config, signal: AbortSignal): Promise<Finding> {
  const name = 'Server';
  try {
    await using deskreel = await Deskreel.open({ start: false, signal });
    const desktops = await deskreel.listDesktops();
    return { name, state: 'ok', found: `${deskreel.url} with ${desktops.length} desktops` };
  } catch (error) {
    const busy = await portProblem(config);
    if (busy !== undefined) return { name, state: 'note', found: `${messageOf(error)} (${busy})` };
    return { name, state: 'note', found: 'does not run', remedy: '`deskreel serve` runs it' };
  }
}

/** Why a server could not listen there now; undefined where it could. */
async function portProblem({ host, port }: Config): Promise<string | undefined> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    probe.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
