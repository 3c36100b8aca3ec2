// Somebody else's archive as a trace, over HTTP.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tmpdir } from 'node:os';
import type { Express, Request, Response } from 'express';
import { API } from '../../protocol/api.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { openImport } from '../../trace/imports/detect.ts';
import { PRIVATE_FILE } from '../fs-atomic.ts';
import { checkReach } from './access.ts';
import { principalOf, type HttpParts } from './context.ts';

/** Bytes. */
const LARGEST = 4 * 1024 ** 3;

export function importRoutes(app: Express, parts: HttpParts): void {
  app.post('/v1/traces/import', (request, response) => takeImport(parts, request, response));
}

/** A ZIP is read from its end, so it is on disk before it is read. */
async function takeImport(parts: HttpParts, request: Request, response: Response): Promise<void> {
  checkReach(principalOf(response), API.getTrace.reach);
  const path = join(tmpdir(), `deskreel-import-${randomBytes(8).toString('hex')}.zip`);
  try {
    await pipeline(request, bounded(LARGEST), createWriteStream(path, { flags: 'wx', mode: PRIVATE_FILE }));
    const found = await openImport(path);
    try {
      response.status(201).json(await parts.traces.import(found));
    } finally {
      await found.files[Symbol.asyncDispose]();
    }
  } finally {
    await rm(path, { force: true });
  }
}

function bounded(limit: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= limit) done(null, chunk);
      else done(new DeskreelError('too_large', 'an archive to import has 4 GiB at the most'));
    },
  });
}
