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
