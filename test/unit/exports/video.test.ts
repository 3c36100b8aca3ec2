// The video of the recorded desktop as a player shows it: its length, its pictures at their times, marks and captions.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { openTrace } from '../../../trace/source/source.ts';
import { readSteps } from '../../../trace/steps.ts';
import { withEnvironment } from '../../support/environment.ts';
import { DESKTOP_TRACE, exported } from '../../support/exports.ts';

const execute = promisify(execFile);

describe('the video of a trace', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-video-test-'));
    await writeFile(join(folder, 'video.webm'), await exported(DESKTOP_TRACE, 'video'));
  });
  after(() => rm(folder, { recursive: true }));

  /** The picture that a player shows at this time. Seconds. */
  async function pixelsAt(seconds: number): Promise<{ at: (x: number, y: number) => number[] }> {
    const picture = join(folder, `${seconds}.png`);
    const until = ['-i', 'video.webm', '-vf', `trim=end=${seconds}`, '-update', '1', picture];
    await execute('ffmpeg', ['-v', 'error', '-y', ...until], { cwd: folder });
    const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    return { at: (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)] };
  }

  async function startsOf(): Promise<{ method: string; seconds: number }[]> {
    await using trace = await openTrace(DESKTOP_TRACE);
    const start = Date.parse(trace.overview.start_time);
    const steps = await Array.fromAsync(readSteps(trace.entries()));
    return steps.map(({ call }) => ({ method: call.data.method, seconds: (call.ts_ms - start) / 1000 }));
  }

  it('is as long as the trace, can be sought in, and plays in VP9', async () => {
    const entries = 'format=duration:stream=codec_name,width,height';
    const args = ['-v', 'error', '-of', 'json', '-show_entries', entries, 'video.webm'];
    const { stdout } = await execute('ffprobe', args, { cwd: folder });
    const { format, streams } = JSON.parse(stdout) as { format: { duration: string }; streams: object[] };
    await using trace = await openTrace(DESKTOP_TRACE);
    assert.ok(Math.abs(Number(format.duration) - trace.overview.duration) < 1.5, format.duration);
    assert.deepEqual(streams, [{ codec_name: 'vp9', width: 640, height: 480 }]);
  });

  it('shows a mark where it clicks, when it clicks, and not before and not for long', async () => {
    const click = (await startsOf()).find(({ method }) => method === 'left_click');
    assert.ok(click);
    const isRed = ([red = 0, green = 0, blue = 0]: number[]): boolean =>
      red > 200 && green < 140 && blue < 140;
    assert.ok(isRed((await pixelsAt(click.seconds + 0.2)).at(320, 240)));
    assert.ok(!isRed((await pixelsAt(click.seconds - 0.1)).at(320, 240)));
    assert.ok(!isRed((await pixelsAt(click.seconds + 0.7)).at(320, 240)));
  });

  it('says what is done, and marks what failed', async () => {
    const failed = (await startsOf()).filter(({ method }) => method === 'left_click').at(-1);
    assert.ok(failed);
    const [red = 0, green = 255] = (await pixelsAt(failed.seconds + 0.3)).at(320, 446);
    assert.ok(red > 150 && green < 110, 'a red box');
    const typed = (await startsOf()).find(({ method }) => method === 'type_text');
    assert.ok(typed);
    const [grey = 255] = (await pixelsAt(typed.seconds + 0.3)).at(320, 446);
    assert.ok(grey < 120, 'a dark box');
  });

  it('tells what an ffmpeg lacks that was built without captions', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    // The real one, asked for a filter that it does not have.
    const script = '#!/bin/bash\nPATH=${PATH#*:} exec ffmpeg "${@/ass=/ass_of_nobody=}"\n';
    await writeFile(join(bin, 'ffmpeg'), script, { mode: 0o755 });
    await withEnvironment({ PATH: `${bin}:${process.env['PATH'] ?? ''}` }, () =>
      assert.rejects(exported(DESKTOP_TRACE, 'video'), { code: 'unsupported', message: /libass/ }),
    );
  });

  it('tells how to get ffmpeg where there is none', async () => {
    const refusal = { code: 'unsupported', message: /apt-get install ffmpeg/ };
    await withEnvironment({ PATH: folder }, () => assert.rejects(exported(DESKTOP_TRACE, 'video'), refusal));
  });
});
