// Options of the SDK's own objects, checked: a key that is not known is an error that names those that are.
import { z } from 'zod';
import { parseWith } from '../protocol/codec.ts';
import { DesktopSpec, type DesktopSpecInput } from '../protocol/desktop.ts';
import { DeskreelError } from '../protocol/errors.ts';
import { Actor } from '../protocol/primitives.ts';
import { camelCase, keysIn, type EitherCase } from './names.ts';
import { TelemetryShape, type TelemetryEnabled, type TelemetryOption } from './telemetry/settings.ts';

/** Where the server is. What is not said is taken from the environment; see `Deskreel.open`. */
export interface ServerOptions {
  /** Such as `http://127.0.0.1:7800`. Default: `DESKREEL_URL`, else `DESKREEL_HOST` and `DESKREEL_PORT`. */
  url?: string;
  /** Default: `DESKREEL_TOKEN`, else the file `token` in the data folder. */
  token?: string;
  /** The server's data folder. Default: `DESKREEL_DATA`, else `~/.deskreel`. */
  data?: string;
}

/** What a `Computer` is made from. Keys may also be written in snake_case (`os_type`). */
export interface ComputerOptions extends ServerOptions {
  /** Only `linux`, which is the default. */
  osType?: 'linux';
  /** Only `docker`, which is the default. */
  providerType?: 'docker';
  /** The desktop's name: letters, digits, dot, dash and underscore, at most 63. Made up by default. */
  name?: string;
  /** The desktop's image. Default: the server's, `deskreel/xfce:latest`. */
  image?: string;
  /** Pixels, `WIDTHxHEIGHT`. Default `1280x800`. */
  resolution?: string;
  /** Environment variables inside the desktop. */
  env?: Record<string, string>;
  /** Cores. Default: no limit. */
  cpus?: number;
  /** Bytes, or with a unit: `512m`, `2g`. Default: no limit. */
  memory?: number | string;
  /** `none` cuts the desktop off from every network. Default `internet`. */
  network?: 'internet' | 'none';
  /** `on-demand` records between start and stop, `off` refuses to. `always` (default): as `on-demand`, until there is a flight recorder. */
  record?: 'always' | 'on-demand' | 'off';
  /** Seconds after which the server removes the desktop. Default: never. */
  ttl?: number;
  /** Attach to the desktop with this id or name instead of creating one. `stop()` leaves it running. */
  desktop?: string;
  /** Usage events, to the server that `DESKREEL_TELEMETRY_HOST` names; without it nothing is sent. Default true. */
  telemetryEnabled?: TelemetryOption;
  /** Who acts, as the trace names it. Default: the server's, an agent. */
  actor?: { kind: 'agent' | 'human' | 'run'; id: string };
}

const ServerShape = {
  url: z.url({ protocol: /^https?$/ }).optional(),
  token: z.string().min(1).optional(),
  data: z.string().min(1).optional(),
};

const spec = DesktopSpec.shape;
// Without the server's defaults: a key that is there is an option that was chosen.
const ComputerShape = z.strictObject({
  ...ServerShape,
  osType: z.literal('linux', 'only linux is supported').default('linux'),
  providerType: z.literal('docker', 'only docker is supported').default('docker'),
  name: spec.name,
  image: spec.image,
  resolution: spec.resolution.unwrap().optional(),
  env: spec.env.unwrap().optional(),
  cpus: spec.cpus,
  memory: spec.memory,
  network: spec.network.unwrap().optional(),
  record: spec.record.unwrap().optional(),
  ttl: spec.ttl,
  desktop: z.string().min(1).optional(),
  actor: Actor.optional(),
  telemetryEnabled: TelemetryShape.default(true),
});

export interface ComputerPlan {
  readonly telemetryEnabled: TelemetryEnabled;
  readonly server: ServerOptions;
  readonly actor: Actor | undefined;
  /** The id or name of a desktop to attach to, or what to create. */
  readonly attach: string | undefined;
  readonly spec: DesktopSpecInput;
}

/** Throws `bad_request` naming the option that is wrong. */
export function planComputer(given: EitherCase<ComputerOptions>): ComputerPlan {
  const options = checked(given);
  const { url, token, data, desktop, actor, telemetryEnabled } = options;
  const wanted = Object.entries(options).filter(([key, value]) => key in spec && value !== undefined);
  if (desktop !== undefined && wanted.length > 0) {
    const names = wanted.map(([key]) => key).join(', ');
    throw new DeskreelError(
      'bad_request',
      `option desktop attaches to a desktop that is there: ${names} cannot be chosen with it`,
    );
  }
  const server = defined({ url, token, data });
  return { server, actor, attach: desktop, spec: Object.fromEntries(wanted), telemetryEnabled };
}

function checked(given: object): z.output<typeof ComputerShape> {
  const options = keysIn(camelCase, given);
  refuseUnknown(options, Object.keys(ComputerShape.shape), 'Computer');
  return parseWith(ComputerShape, options, 'Computer options');
}

export function refuseUnknown(options: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new DeskreelError(
    'bad_request',
    `${what} has no option ${unknown.join(', ')}; it has ${known.join(', ')}`,
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys whose value is undefined: a key that is there is an option that was chosen. */
export function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
