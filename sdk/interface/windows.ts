// Methods on windows. A window's place and size are what a person sees: the title bar counted in, shadows left out.
import type { Bounds, Point, Size } from '../../protocol/primitives.ts';
import type { Call, CallOptions } from './call.ts';

/** Every method throws `not_found` where there is no such window. */
export function windowMethods(call: Call) {
  return { ...lookingMethods(call), ...changingMethods(call) };
}

function lookingMethods(call: Call) {
  return {
    /** X's id of the window that has the focus. */
    async getCurrentWindowId(options?: CallOptions): Promise<number> {
      return (await call('get_current_window_id', {}, options)).window_id;
    },
    /** The title of the window that has the focus. */
    async getActiveWindowTitle(options?: CallOptions): Promise<string> {
      return (await call('get_active_window_title', {}, options)).title;
    },
    /** Where the window is that has the focus. */
    async getActiveWindowBounds(options?: CallOptions): Promise<Bounds> {
      return (await call('get_active_window_bounds', {}, options)).bounds;
    },
    /** The ids of windows whose program's name or title contains `app`, whatever the case. Empty text: of all. */
    async getApplicationWindows(app: string, options?: CallOptions): Promise<number[]> {
      return (await call('get_application_windows', { app }, options)).windows;
    },
    /** A window's title. */
    async getWindowName(windowId: number, options?: CallOptions): Promise<string> {
      return (await call('get_window_name', { window_id: windowId }, options)).name;
    },
    /** A window's width and height. */
    async getWindowSize(windowId: number, options?: CallOptions): Promise<Size> {
      return call('get_window_size', { window_id: windowId }, options);
    },
    /** A window's top left corner. */
    async getWindowPosition(windowId: number, options?: CallOptions): Promise<Point> {
      return call('get_window_position', { window_id: windowId }, options);
    },
  };
}

function changingMethods(call: Call) {
  return {
    /** Resizes a window. Returns the size that it has then: its program may allow only some. */
    async setWindowSize(id: number, width: number, height: number, options?: CallOptions): Promise<Size> {
      return call('set_window_size', { window_id: id, width, height }, options);
    },
    /** Moves a window's top left corner. Returns where it is then. */
    async setWindowPosition(id: number, x: number, y: number, options?: CallOptions): Promise<Point> {
      return call('set_window_position', { window_id: id, x, y }, options);
    },
    /** Makes a window as large as the screen allows. */
    async maximizeWindow(windowId: number, options?: CallOptions): Promise<void> {
      await call('maximize_window', { window_id: windowId }, options);
    },
    /** Takes a window off the screen; `activateWindow` brings it back. */
    async minimizeWindow(windowId: number, options?: CallOptions): Promise<void> {
      await call('minimize_window', { window_id: windowId }, options);
    },
    /** Raises a window and gives it the focus. */
    async activateWindow(windowId: number, options?: CallOptions): Promise<void> {
      await call('activate_window', { window_id: windowId }, options);
    },
    /** Asks a window to close. False where its program keeps it open, to ask about unsaved changes. */
    async closeWindow(windowId: number, options?: CallOptions): Promise<boolean> {
      return (await call('close_window', { window_id: windowId }, options)).closed;
    },
  };
}

export type WindowMethods = ReturnType<typeof windowMethods>;
