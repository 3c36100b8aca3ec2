// The first example of Cua's Tracing API page, run by its own client: start tracing, click, type, screenshot, stop.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { PythonClient } from '../../support/python-client.ts';
import { clientsPython } from '../../support/python.ts';

const command = promisify(execFile);
const ApiCall = z.object({
  type: z.literal('api_call'),
  data: z.object({ method: z.string(), args: z.record(z.string(), z.unknown()), success: z.boolean() }),
});

export interface Action {
  readonly method: string;
  readonly args: unknown;
}

/** What the client's own trace says was done. `folder` is where the client runs: its trace lies in there. */
export async function runSeedExample(client: PythonClient, folder: string): Promise<Action[]> {
  await client.call('tracing.start');
  await client.call('interface.left_click', [100, 200]);
  await client.call('interface.type_text', ['Hello, World!']);
  await client.bytes('interface.screenshot');
  const zip = String(await client.call('tracing.stop'));
  assert.match(zip, /\.zip$/);
  const unpacked = join(folder, 'unpacked');
  await command(await clientsPython(), ['-m', 'zipfile', '--extract', zip, unpacked]);
  const names = (await readdir(unpacked)).sort();
  assert.ok(
    names.includes('trace_metadata.json') && names.some((name) => name.endsWith('after_left_click.png')),
  );
  const events = await Promise.all(
    names
      .filter((name) => name.endsWith('_api_call.json'))
      .map(async (name) => ApiCall.parse(JSON.parse(await readFile(join(unpacked, name), 'utf8')))),
  );
  assert.ok(events.every(({ data }) => data.success));
  return events.map(({ data: { method, args } }) => ({ method, args }));
}

/** The actions among them, as they came: pictures are taken by the client's tracer too, each in a call of its own. */
export function actionsOf(calls: readonly Action[]): Action[] {
  return calls
    .filter(({ method }) => method === 'left_click' || method === 'type_text')
    .map(({ method, args }) => ({ method, args: Seen.parse(args) }));
}

/** What both traces hold of an action: the client's adds `delay`, ours the defaults of the command. */
const Seen = z.object({ x: z.number().optional(), y: z.number().optional(), text: z.string().optional() });
