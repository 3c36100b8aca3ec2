// Methods that look at the screen.
import type { Point, Size } from '../../protocol/primitives.ts';
import type { Call, CallOptions } from './call.ts';

export interface ScreenshotOptions extends CallOptions {
  /** Default `png`. */
  format?: 'png' | 'jpeg';
  /** Of a JPEG, 1 to 95. Default 95. */
  quality?: number;
}

export interface Screenshot {
  /** The file's bytes. */
  image: Buffer;
  format: 'png' | 'jpeg';
  /** The hash of the pixels: equal screens have equal frames. */
  frame: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Where the pointer is; it is not painted into the image. */
  cursor: Point;
}

export function screenMethods(call: Call) {
  const shoot = async (given: ScreenshotOptions = {}): Promise<Screenshot> => {
    const { format = 'png', quality = 95, ...options } = given;
    const { image_data: data, ...rest } = await call('screenshot', { format, quality }, options);
    return { image: Buffer.from(data, 'base64'), ...rest };
  };
  return {
    /** The screen as a PNG file's bytes, or a JPEG's. */
    async screenshot(options?: ScreenshotOptions): Promise<Buffer> {
      return (await shoot(options)).image;
    },
    /** The same with its size, its frame's id and where the pointer is. */
    screenshotDetails: shoot,
    /** A part of the screen, pixel for pixel: left, top, right and bottom. Throws `out_of_screen`. */
    async zoom(
      region: readonly [number, number, number, number],
      { format = 'png', quality = 95, ...options }: ScreenshotOptions = {},
    ): Promise<Buffer> {
      const [left, top, right, bottom] = region;
      const params = {
        region: [left, top, right, bottom] as [number, number, number, number],
        format,
        quality,
      };
      return Buffer.from((await call('zoom', params, options)).image_data, 'base64');
    },
    /** Where on the screen a place of a screenshot is. They count the same pixels: it is the same place. */
    async toScreenCoordinates(x: number, y: number, options?: CallOptions): Promise<[number, number]> {
      return (await call('to_screen_coordinates', { x, y }, options)).coordinates;
    },
    /** Where on a screenshot a place of the screen is: the same place. */
    async toScreenshotCoordinates(x: number, y: number, options?: CallOptions): Promise<[number, number]> {
      return (await call('to_screenshot_coordinates', { x, y }, options)).coordinates;
    },
    /** Width and height in pixels. */
    async getScreenSize(options?: CallOptions): Promise<Size> {
      return (await call('get_screen_size', {}, options)).size;
    },
    /** Where the pointer is. */
    async getCursorPosition(options?: CallOptions): Promise<Point> {
      return (await call('get_cursor_position', {}, options)).position;
    },
  };
}

export type ScreenMethods = ReturnType<typeof screenMethods>;
