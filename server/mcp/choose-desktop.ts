// Which desktop a tool is used on.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { McpDesktop, McpDesktops } from './desktops.ts';

/** By id or name; without one, the only desktop there is. Throws `not_found` or `bad_request`, naming those there are. */
export async function chooseDesktop(desktops: McpDesktops, given: unknown): Promise<McpDesktop> {
  const wanted = parseWith(z.string().nullish(), given, 'desktop', 'bad_params');
  const all = await desktops.list();
  const names = all.map(({ name }) => name).join(', ');
  if (!wanted) {
    const [only, ...others] = all;
    if (only && others.length === 0) return only;
    const problem = only ? `there are several: ${names}` : 'there is none: make one with desktop_create';
    throw new DeskreelError('bad_request', `desktop: say which desktop; ${problem}`);
  }
  const found = all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name === wanted);
  if (found) return found;
  throw new DeskreelError('not_found', `there is no desktop ${wanted}; there is ${names || 'none'}`);
}
