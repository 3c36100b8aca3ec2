// Desktops as the HTTP API shows them.
import { z } from 'zod';
import { Privacy } from './privacy/rules.ts';

export const DEFAULT_RESOLUTION = '1280x800';

const Resolution = z
  .string()
  .regex(/^\d{3,4}x\d{3,4}$/, 'WIDTHxHEIGHT, such as 1280x800')
  .refine((text) => text.split('x').every((side) => Number(side) >= 320 && Number(side) <= 7680), {
    message: 'each side between 320 and 7680 pixels',
  });

export const DesktopSpec = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'letters, digits, dot, dash and underscore, at most 63')
    .optional(),
  image: z.string().min(1).max(300).optional(),
  resolution: Resolution.default(DEFAULT_RESOLUTION),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  /** Cores. */
  cpus: z.number().positive().max(256).optional(),
  /** Bytes, or with a unit: `512m`, `2g`. */
  memory: z.union([z.number().int().positive(), z.string().regex(/^\d+[kmg]?$/i)]).optional(),
  network: z.enum(['internet', 'none']).default('internet'),
  /** `always`: with a flight recorder, of which traces can be cut; `on-demand`: between start and stop; `off`: never. */
  record: z.enum(['always', 'on-demand', 'off']).default('always'),
  /** What is kept out of everything that is recorded of it, beside what a trace's own rules keep out. */
  privacy: Privacy.optional(),
  /** Seconds after which the desktop is removed. */
  ttl: z.number().positive().optional(),
});
export type DesktopSpec = z.output<typeof DesktopSpec>;
export type DesktopSpecInput = z.input<typeof DesktopSpec>;

export const DesktopState = z.enum(['creating', 'ready', 'paused', 'restarting', 'lost', 'removed']);
export type DesktopState = z.infer<typeof DesktopState>;

export const DesktopInfo = z.object({
  id: z.string(),
  name: z.string(),
  state: DesktopState,
  resolution: z.string(),
  createdAt: z.iso.datetime(),
  links: z.object({ api: z.url(), ws: z.url(), vnc: z.url(), view: z.url() }),
});
export type DesktopInfo = z.infer<typeof DesktopInfo>;
