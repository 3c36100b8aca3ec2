// deskreel trace redact: a trace without what should not have been in it.
import { command, UsageError } from '../command.ts';

export const traceRedact = command({
  name: 'trace redact',
  takes: ['<trace>'],
  about: 'Make a trace without some texts, patterns or parts of the screen, print its id',
  flags: {
    text: { type: 'strings', value: 'TEXT', about: 'a text, in whatever case; may be given several times' },
    pattern: { type: 'strings', value: 'REGEX', about: 'what matches this regular expression' },
    region: { type: 'strings', value: 'X,Y,W,H', about: 'a rectangle of every picture' },
    replace: { type: 'boolean', about: 'delete the old trace, and its span in the flight recorder' },
    'no-ocr': {
      type: 'boolean',
      about: 'do not read pictures: texts in them are found by the recorded trees alone',
    },
  },
  notes: [
    'Texts are found in pictures by the recorded trees, and read by tesseract, a program on the machine of the server.',
  ],
  run: async ({ words: [traceId = ''], flags }, { out, server, signal }) => {
    const deskreel = await server();
    const options = {
      texts: flags.text ?? [],
      patterns: flags.pattern ?? [],
      regions: (flags.region ?? []).map(regionOf),
      replace: flags.replace ?? false,
      ocr: flags['no-ocr'] !== true,
    };
    const made = await deskreel.redactTrace(traceId, options, signal);
    const { traceId: id, source, pictures } = made;
    const how = pictures.includes('ocr')
      ? 'texts in pictures: found by the recorded trees and read by tesseract'
      : 'texts in pictures: found by the recorded trees alone';
    out.result({ trace_id: id, source, pictures }, () => `${id}\n${how}`);
    return true;
  },
});

function regionOf(text: string): { x: number; y: number; width: number; height: number } {
  const [x, y, width, height] = text.split(',').map(Number);
  if (!/^\d+,\d+,\d+,\d+$/.test(text) || x === undefined || y === undefined || !width || !height) {
    throw new UsageError(`--region is x,y,width,height in pixels, such as 0,0,200,40, not ${text}`);
  }
  return { x, y, width, height };
}
