// Captions and click marks as subtitles in the format of Advanced SubStation Alpha, which draws as well as it writes.
import type { Size } from '../../../protocol/primitives.ts';
import { FRAMES_A_SECOND, frameAt } from './cuts.ts';
import type { Caption, Mark, Timeline } from './timeline.ts';

/** Characters of a caption. */
const CAPTION_LENGTH = 90;
const RADIUS = 14;

export function* subtitleLines(timeline: Timeline, size: Size): Generator<string> {
  yield head(size);
  for (const mark of timeline.marks) yield dialogue(mark, 'Mark', circle(mark));
  for (const caption of timeline.captions)
    yield dialogue(caption, caption.failed ? 'Failed' : 'Caption', textOf(caption));
}

/** Colours are &HAABBGGRR; style 3 puts a box behind the text. */
function head({ width, height }: Size): string {
  const fontSize = Math.max(12, Math.round(height / 32));
  const style = (name: string, colours: string, rest: string): string =>
    `Style: ${name},DejaVu Sans,${fontSize},${colours},${rest}`;
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    'WrapStyle: 2',
    '',
    '[V4+ Styles]',
    'Format: Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,OutlineColour,BackColour,BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV',
    style('Caption', '&H00FFFFFF,&H00FFFFFF,&H40202020,&H40202020', '3,6,0,2,20,20,16'),
    style('Failed', '&H00FFFFFF,&H00FFFFFF,&H402020B0,&H402020B0', '3,6,0,2,20,20,16'),
    style('Mark', '&H600000FF,&H600000FF,&H00FFFFFF,&H00000000', '1,2,0,7,0,0,0'),
    '',
    '[Events]',
    'Format: Layer,Start,End,Style,Text',
    '',
  ].join('\n');
}

function dialogue(span: { fromMs: number; untilMs: number }, style: string, text: string): string {
  return `Dialogue: 0,${timeOf(span.fromMs)},${timeOf(span.untilMs)},${style},${text}\n`;
}

/** `0:00:01.48`, at a frame. */
function timeOf(ms: number): string {
  const hundredths = Math.round((frameAt(ms) * 100) / FRAMES_A_SECOND);
  const [hours, minutes] = [Math.floor(hundredths / 360_000), Math.floor(hundredths / 6000) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${hours}:${two(minutes)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/** A disc of four curves around its place. */
function circle({ at }: Mark): string {
  const r = RADIUS;
  const k = Math.round(r * 0.5523);
  const path = [
    `m ${-r} 0`,
    `b ${-r} ${-k} ${-k} ${-r} 0 ${-r}`,
    `b ${k} ${-r} ${r} ${-k} ${r} 0`,
    `b ${r} ${k} ${k} ${r} 0 ${r}`,
    `b ${-k} ${r} ${-r} ${k} ${-r} 0`,
  ].join(' ');
  // With alignment 7 the drawing's own origin is its corner; the clip of negative coordinates is not cut.
  return `{\\an7\\pos(${at.x},${at.y})\\p1}${path}{\\p0}`;
}

/** Braces begin commands and a backslash a line's end or another command: neither may come from a text. */
function textOf({ text }: Caption): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  const short = flat.length > CAPTION_LENGTH ? `${flat.slice(0, CAPTION_LENGTH - 1)}…` : flat;
  return short.replaceAll('\\', '\\\u200b').replaceAll('{', '(').replaceAll('}', ')');
}
