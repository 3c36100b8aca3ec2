// What sinks are made with: their options in either case, and the logger of their tracer where they were given none.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CloudTraceSink,
  JsonlTraceSink,
  MultiSink,
  PostgresTraceSink,
  S3TraceSink,
  Tracer,
} from '../../../sdk/index.ts';
import { MemoryLogger, temporaryFolder } from './setup.ts';

describe('a sink without a logger of its own', () => {
  it('tells that of its tracer, within several too', async () => {
    await using folder = await temporaryFolder();
    const logger = new MemoryLogger();
    const nowhere = join(folder.path, 'nowhere');
    const database = new PostgresTraceSink({
      connection: 'postgres://nobody@127.0.0.1:1/none',
      folder: nowhere,
      tries: 1,
    });
    const own = new MemoryLogger();
    const file = new JsonlTraceSink(join(folder.path, 'trace.jsonl'), { logger: own });
    const tracer = new Tracer({ runId: 'r', sink: new MultiSink([database, file]), logger });
    tracer.emit('custom', {});
    await tracer.close();
    file.emit({ v: 1, type: 'late', ts: '', run_id: 'r', seq: 2, data: {} });
    assert.match(logger.lines.join('\n'), /error: Trace sink PostgresTraceSink failed: /);
    assert.match(logger.lines.join('\n'), /warn: Local trace preserved at: /);
    assert.match(own.lines.join('\n'), /late came after the end/);
    assert.doesNotMatch(logger.lines.join('\n'), /late/);
  });

  it('takes its options in either case', async () => {
    await using folder = await temporaryFolder();
    const options = { connection: 'postgres://nobody@127.0.0.1:1/none', folder: folder.path, tries: 8 };
    const sink = new PostgresTraceSink({ ...options, pause_ms: 1 });
    const tracer = new Tracer({ runId: 'r', sink });
    tracer.emit('custom', {});
    const from = performance.now();
    await tracer.close();
    assert.ok(performance.now() - from < 20_000, 'the pause is the one that was asked for');
    assert.throws(() => new PostgresTraceSink({ ...options, retries: 1 } as never), /no option retries/);
    assert.throws(() => new S3TraceSink({ bucket: 'b', keyy: 'k' } as never), /no option keyy/);
    assert.throws(() => new JsonlTraceSink(join(folder.path, 'x'), { idx: true } as never), /no option idx/);
    const where = { api_url: 'http://127.0.0.1:9', api_key: 'k', folder: folder.path };
    const cloud = await CloudTraceSink.open({ run_id: 'snake', ...where });
    assert.equal(cloud.getPath(), join(folder.path, 'snake.jsonl'));
    await cloud.close();
  });
});
