// The commands that look at the screen.
import type { Handlers } from '../handlers.ts';
import type { Screen } from './screen.ts';
import { describeShot } from './shot.ts';

export type ScreenHandlers = Pick<Handlers, 'screenshot' | 'get_screen_size' | 'get_cursor_position'>;

export function createScreenHandlers(screen: Screen): ScreenHandlers {
  return {
    screenshot: async () => {
      const shot = await screen.grab();
      const png = screen.pngNow(shot.frame);
      // A client's own screenshot is of its moment; whether the screen had come to rest is not looked into.
      return { info: describeShot(shot, { settled: false, settle_ms: 0 }), png };
    },
    get_screen_size: () => Promise.resolve({ size: screen.size() }),
    get_cursor_position: async () => ({ position: await screen.cursor() }),
  };
}
