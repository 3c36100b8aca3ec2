// The command that works the desktop's own browser by its pages: Cua's `/playwright_exec`, with its parameters flat.
import { z } from 'zod';
import { inputs } from './spec.ts';

const NAMES = [
  'visit_url',
  'click',
  'type',
  'scroll',
  'web_search',
  'screenshot',
  'get_current_url',
  'go_back',
  'go_forward',
] as const;

const one = <N extends (typeof NAMES)[number], S extends z.core.$ZodLooseShape>(name: N, shape: S) =>
  z.object({ command: z.literal(name), ...shape });

/** What each command needs. Places are pixels of the page's view, as its own `screenshot` shows it. */
const Command = z.discriminatedUnion('command', [
  one('visit_url', { url: z.string().min(1) }),
  one('click', { x: z.number(), y: z.number() }),
  one('type', { text: z.string().max(100_000), secret: z.boolean().default(false) }),
  one('scroll', { delta_x: z.number().default(0), delta_y: z.number().default(0) }),
  one('web_search', { query: z.string().min(1) }),
  one('screenshot', {}),
  one('get_current_url', {}),
  one('go_back', {}),
  one('go_forward', {}),
]);

/** Any of them as one flat object, which clients and tools can be told of. */
const Params = z.object({
  command: z.enum(NAMES),
  url: z.string().optional(),
  x: z.number().optional(),
  y: z.number().optional(),
  text: z.string().optional(),
  secret: z.boolean().optional(),
  delta_x: z.number().optional(),
  delta_y: z.number().optional(),
  query: z.string().optional(),
});

export const browserCommands = {
  playwright_exec: inputs({
    title: 'Browser',
    params: Params.pipe(Command),
    result: z.object({
      /** Of the page, after what leads to one. */
      url: z.string().optional(),
      /** PNG of the page's view as base64. */
      screenshot: z.string().optional(),
    }),
    redact: { secretParams: ['text'], result: ['screenshot'] },
    // The browser may have to be started, and a page has 30 seconds.
    timeoutMs: 60_000,
  }),
};
