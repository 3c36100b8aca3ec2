// `video`: a WebM of the trace: its pictures at their times, marks where it clicks, and what it does as captions.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Size } from '../../protocol/primitives.ts';
import type { TraceSource } from '../source/source.ts';
import type { Exporter } from './exporter.ts';
import { concatLines, cutsOf, FRAMES_A_SECOND } from './video/cuts.ts';
import { runFfmpeg } from './video/ffmpeg.ts';
import { subtitleLines } from './video/subtitles.ts';
import { readTimeline, type Timeline } from './video/timeline.ts';

const STILLS = 'stills.ffconcat';
const SUBTITLES = 'captions.ass';
const VIDEO = 'video.webm';

export const video: Exporter = {
  format: 'video',
  about: 'a WebM with click marks and captions (needs ffmpeg)',
  extension: 'webm',
  async *files(trace, signal) {
    const timeline = await readTimeline(trace);
    const [first] = timeline.shown;
    if (!first) throw new DeskreelError('unsupported', 'the trace has no pictures to make a video of');
    // ffmpeg reads stills and writes an index at the end: both want files.
    const folder = await mkdtemp(join(tmpdir(), 'deskreel-video-'));
    try {
      await writeStills(trace, timeline, folder);
      await writeFile(join(folder, STILLS), concatLines(cutsOf(timeline)));
      await writeFile(join(folder, SUBTITLES), subtitleLines(timeline, first.frame));
      await runFfmpeg(argumentsFor(first.frame), folder, signal);
      yield { name: VIDEO, content: createReadStream(join(folder, VIDEO)) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function writeStills(trace: TraceSource, { shown }: Timeline, folder: string): Promise<void> {
  const written = new Set<string>();
  for (const { frame } of shown) {
    if (written.has(frame.file)) continue;
    written.add(frame.file);
    await pipeline(await trace.picture(frame), createWriteStream(join(folder, frame.file)));
  }
}

/** Every picture has the size of the first; sizes are even, as the encoder wants them. */
function argumentsFor({ width, height }: Size): string[] {
  const even = { width: width + (width % 2), height: height + (height % 2) };
  const box = `${even.width}:${even.height}`;
  const filters = [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
    `pad=${box}`,
    'format=yuv420p',
    `ass=${SUBTITLES}`,
  ];
  const encoder = [
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '7',
    '-crf',
    '24',
    '-b:v',
    '0',
  ];
  return [
    ...['-f', 'concat', '-i', STILLS, '-vf', filters.join(','), '-vsync', 'vfr'],
    ...[
      '-r',
      String(FRAMES_A_SECOND),
      ...encoder,
      '-threads',
      '2',
      '-fflags',
      '+bitexact',
      '-flags:v',
      '+bitexact',
    ],
    ...['-f', 'webm', VIDEO],
  ];
}
