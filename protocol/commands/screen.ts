// Commands that look at the screen.
import { z } from 'zod';
import { Coordinate, Point, Size } from '../primitives.ts';
import { NoParams, reads } from './spec.ts';

/** Of JPEG, 1 to 95. What is beyond is the nearest of these, as clients of Cua's server are used to. */
const Quality = z.number().transform((asked) => Math.min(95, Math.max(1, Math.round(asked))));

const PictureParams = z.object({
  format: z.enum(['png', 'jpeg', 'jpg']).default('png'),
  quality: Quality.default(95),
});

/** `image_data` is base64 without a data: prefix; `frame` is the hash of the whole screen's pixels. */
const PictureResult = z.object({
  image_data: z.string(),
  format: z.enum(['png', 'jpeg']),
  frame: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  cursor: Point,
});

/** Clients and screenshots count the same pixels, so coordinates stay as they are. */
const Coordinates = z.object({ coordinates: z.tuple([z.number(), z.number()]) });
const At = z.object({ x: z.number(), y: z.number() });

/** Left, top, right and bottom in pixels; right and bottom are not part of it. */
const Region = z
  .tuple([Coordinate, Coordinate, Coordinate, Coordinate])
  .refine(([x1, y1, x2, y2]) => x1 >= 0 && y1 >= 0 && x2 > x1 && y2 > y1, {
    message: 'a region is [left, top, right, bottom] with at least one pixel in it',
  });

export const screenCommands = {
  screenshot: reads({
    title: 'Screenshot',
    params: PictureParams,
    result: PictureResult,
    capture: 'result',
    // The picture is recorded as a frame, or, without screenshots, not at all.
    redact: { result: ['image_data'] },
  }),
  zoom: reads({
    title: 'Zoom',
    params: PictureParams.extend({ region: Region }),
    // The region alone, pixel for pixel. What is recorded is the whole screen that it is of.
    result: PictureResult,
    capture: 'result',
    redact: { result: ['image_data'] },
  }),
  to_screen_coordinates: reads({
    title: 'Screenshot to screen coordinates',
    params: At,
    result: Coordinates,
  }),
  to_screenshot_coordinates: reads({
    title: 'Screen to screenshot coordinates',
    params: At,
    result: Coordinates,
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
