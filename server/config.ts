// Where the server listens and keeps its things. The only reader of the environment.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseWith } from '../protocol/codec.ts';
import { Durability } from '../protocol/tracing.ts';
import type { RetentionLimits } from './recorder/retention.ts';

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 7800;
export const DEFAULT_IMAGE = 'deskreel/xfce:latest';

/** How the Docker command line would find its engine. */
export interface EngineSettings {
  readonly dockerHost: string | undefined;
  readonly dockerContext: string | undefined;
  readonly tlsVerify: boolean;
  readonly certPath: string | undefined;
  /** The folder of Docker's own `config.json`. */
  readonly configDir: string;
  readonly runtimeDir: string | undefined;
  readonly home: string;
}

export interface Config {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absolute. */
  readonly data: string;
  /** Undefined: the one in `<data>/token`, made at the first start. */
  readonly token: string | undefined;
  /** For desktops whose spec names none. */
  readonly image: string;
  /** For traces that do not say. */
  readonly durability: Durability;
  /** Which finished traces are kept. */
  readonly retention: RetentionLimits;
  readonly engine: EngineSettings;
}

export type ConfigOverrides = Partial<Omit<Config, 'engine'>>;

const MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `12h`, `30d`; to milliseconds. */
const Duration = quantity(MS, 'a time such as 12h or 30d');
/** `500m`, `20g`; to bytes. */
const Size = quantity(BYTES, 'a size such as 500m or 20g');

function quantity(units: Readonly<Record<string, number>>, about: string) {
  return z.string().transform((text, context) => {
    const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z])$/i.exec(text) ?? [];
    const size = units[unit.toLowerCase()];
    if (size !== undefined && Number(digits) > 0) return Math.round(Number(digits) * size);
    context.addIssue({ code: 'custom', message: about });
    return z.NEVER;
  });
}

const Environment = z.object({
  DESKREEL_HOST: z.string().min(1).default(DEFAULT_HOST),
  DESKREEL_PORT: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_PORT),
  DESKREEL_DATA: z.string().min(1).default(join(homedir(), '.deskreel')),
  DESKREEL_TOKEN: z.string().min(8, 'at least 8 characters').optional(),
  DESKREEL_IMAGE: z.string().min(1).default(DEFAULT_IMAGE),
  DESKREEL_DURABILITY: Durability.default('process'),
  DESKREEL_KEEP: Duration.optional(),
  DESKREEL_KEEP_SIZE: Size.optional(),
  DOCKER_HOST: z.string().optional(),
  DOCKER_CONTEXT: z.string().optional(),
  DOCKER_TLS_VERIFY: z.string().optional(),
  DOCKER_CERT_PATH: z.string().optional(),
  DOCKER_CONFIG: z.string().optional(),
  XDG_RUNTIME_DIR: z.string().optional(),
});

/** Overrides first, then the environment, then the defaults. Throws `bad_request` naming the variable that is wrong. */
export function readConfig(overrides: ConfigOverrides = {}, environment = process.env): Config {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const env = parseWith(Environment, Object.fromEntries(given), 'environment');
  return {
    host: overrides.host ?? env.DESKREEL_HOST,
    port: overrides.port ?? env.DESKREEL_PORT,
    data: resolve(overrides.data ?? env.DESKREEL_DATA),
    token: overrides.token ?? env.DESKREEL_TOKEN,
    image: overrides.image ?? env.DESKREEL_IMAGE,
    durability: overrides.durability ?? env.DESKREEL_DURABILITY,
    retention: overrides.retention ?? { ageMs: env.DESKREEL_KEEP, bytes: env.DESKREEL_KEEP_SIZE },
    engine: engineSettings(env),
  };
}

function engineSettings(env: z.output<typeof Environment>): EngineSettings {
  const home = homedir();
  return {
    dockerHost: env.DOCKER_HOST,
    dockerContext: env.DOCKER_CONTEXT,
    tlsVerify: env.DOCKER_TLS_VERIFY !== undefined,
    certPath: env.DOCKER_CERT_PATH,
    configDir: env.DOCKER_CONFIG ?? join(home, '.docker'),
    runtimeDir: env.XDG_RUNTIME_DIR,
    home,
  };
}
