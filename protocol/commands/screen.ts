// Commands that look at the screen.
import { z } from 'zod';
import { Point, Size } from '../primitives.ts';
import { NoParams, reads } from './spec.ts';

export const screenCommands = {
  screenshot: reads({
    title: 'Screenshot',
    params: z.object({
      format: z.enum(['png', 'jpeg', 'jpg']).default('png'),
      quality: z.number().int().min(1).max(95).default(95),
    }),
    /** `image_data` is base64 without a data: prefix; `frame` is the hash of the pixels. */
    result: z.object({
      image_data: z.string(),
      format: z.enum(['png', 'jpeg']),
      frame: z.string(),
      width: z.number().int(),
      height: z.number().int(),
      cursor: Point,
    }),
    capture: 'result',
    // The picture is recorded as a frame, or, without screenshots, not at all.
    redact: { result: ['image_data'] },
  }),
  get_screen_size: reads({
    title: 'Screen size',
    params: NoParams,
    result: z.object({ size: Size }),
  }),
  get_cursor_position: reads({
    title: 'Pointer position',
    params: NoParams,
    result: z.object({ position: Point }),
  }),
};
