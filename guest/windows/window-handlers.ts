// The commands on windows.
import type { CommandName } from '../../protocol/commands/table.ts';
import type { Handlers } from '../handlers.ts';
import { visiblePart } from '../accessibility/placement.ts';
import type { WindowManager } from './window-manager.ts';

type WindowCommand = Extract<
  CommandName,
  | 'get_current_window_id'
  | 'get_active_window_title'
  | 'get_active_window_bounds'
  | 'get_application_windows'
  | 'get_window_name'
  | 'get_window_size'
  | 'get_window_position'
  | 'set_window_size'
  | 'set_window_position'
  | 'maximize_window'
  | 'minimize_window'
  | 'activate_window'
  | 'close_window'
>;
export type WindowHandlers = Pick<Handlers, WindowCommand>;

export function createWindowHandlers(manager: WindowManager): WindowHandlers {
  return { ...lookingHandlers(manager), ...changingHandlers(manager) };
}

type LookingCommand = Extract<WindowCommand, `get_${string}`>;

function lookingHandlers(manager: WindowManager): Pick<WindowHandlers, LookingCommand> {
  return {
    get_current_window_id: async () => ({ window_id: (await manager.active()).id }),
    get_active_window_title: async () => ({ title: (await manager.active()).title }),
    get_active_window_bounds: async () => ({ bounds: visiblePart(await manager.active()) }),
    get_application_windows: async ({ app }) => ({ windows: (await manager.find(app)).map(({ id }) => id) }),
    get_window_name: async ({ window_id: id }) => ({ name: (await manager.get(id)).title }),
    get_window_size: async ({ window_id: id }) => {
      const { width, height } = visiblePart(await manager.get(id));
      return { width, height };
    },
    get_window_position: async ({ window_id: id }) => {
      const { x, y } = visiblePart(await manager.get(id));
      return { x, y };
    },
  };
}

function changingHandlers(
  manager: WindowManager,
): Pick<WindowHandlers, Exclude<WindowCommand, LookingCommand>> {
  return {
    set_window_size: async ({ window_id: id, width, height }, { signal }) => {
      const now = await manager.resize(id, { width, height }, signal);
      return { width: now.width, height: now.height };
    },
    set_window_position: async ({ window_id: id, x, y }, { signal }) => {
      const now = await manager.move(id, { x, y }, signal);
      return { x: now.x, y: now.y };
    },
    maximize_window: async ({ window_id: id }, { signal }) => {
      await manager.maximize(id, signal);
      return {};
    },
    minimize_window: async ({ window_id: id }, { signal }) => {
      await manager.minimize(id, signal);
      return {};
    },
    activate_window: async ({ window_id: id }, { signal }) => {
      await manager.activate(id, signal);
      return {};
    },
    close_window: async ({ window_id: id }, { signal }) => ({ closed: await manager.close(id, signal) }),
  };
}
