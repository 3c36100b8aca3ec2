// The commands that look at the screen.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Point } from '../../protocol/primitives.ts';
import type { Handlers, Picture } from '../handlers.ts';
import type { Screen } from './screen.ts';
import { describeShot } from './shot.ts';

export type ScreenHandlers = Pick<
  Handlers,
  | 'screenshot'
  | 'zoom'
  | 'get_screen_size'
  | 'get_cursor_position'
  | 'to_screen_coordinates'
  | 'to_screenshot_coordinates'
>;

export function createScreenHandlers(screen: Screen): ScreenHandlers {
  const picture = async (): Promise<Picture> => {
    const shot = await screen.grab();
    const png = screen.pngNow(shot.frame);
    // A client's own screenshot is of its moment; whether the screen had come to rest is not looked into.
    return { info: describeShot(shot, { settled: false, settle_ms: 0 }), png, shot };
  };
  // A screenshot has the screen's own pixels, one for one.
  const same = ({ x, y }: Point): Promise<{ coordinates: [number, number] }> =>
    Promise.resolve({ coordinates: [x, y] });
  return {
    screenshot: picture,
    // The whole screen goes to the server, which records it and cuts the region out of it for the client.
    zoom: async ({ region }) => {
      const { width, height } = screen.size();
      const [, , right, bottom] = region;
      if (right <= width && bottom <= height) return picture();
      const message = `region ${region.join(', ')} is not inside of the ${width}x${height} screen`;
      throw new DeskreelError('out_of_screen', message);
    },
    to_screen_coordinates: same,
    to_screenshot_coordinates: same,
    get_screen_size: () => Promise.resolve({ size: screen.size() }),
    get_cursor_position: async () => ({ position: await screen.cursor() }),
  };
}
