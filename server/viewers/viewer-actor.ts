// Who looks: a viewer may say so in its address, `…/vnc?actor=alice`; else it gets a name of its own.
import { randomBytes } from 'node:crypto';
import { parseWith } from '../../protocol/codec.ts';
import { Actor } from '../../protocol/primitives.ts';

/** Throws `bad_request` for a name that is too long. */
export function viewerActor(url: string): Actor {
  const named = new URL(url, 'http://localhost').searchParams.get('actor');
  const id = named || `viewer-${randomBytes(3).toString('hex')}`;
  return parseWith(Actor, { kind: 'human', id }, 'actor', 'bad_request');
}
