// The lifecycle of desktops, over HTTP.
import { pause, restart, resume } from '../desktops/lifecycle.ts';
import { desktopOf, hangUp, type HttpParts } from './context.ts';
import { desktopInfo } from './links.ts';
import type { ApiHandlers } from './routes.ts';

type Names =
  | 'createDesktop'
  | 'listDesktops'
  | 'getDesktop'
  | 'deleteDesktop'
  | 'pauseDesktop'
  | 'resumeDesktop'
  | 'restartDesktop';

export function desktopRoutes(parts: HttpParts): Pick<ApiHandlers, Names> {
  return {
    createDesktop: async ({ body, request, response }) =>
      desktopInfo(await parts.registry.create(body, hangUp(parts, response)), request),
    listDesktops: ({ request }) => ({
      desktops: parts.registry.list().map((desktop) => desktopInfo(desktop, request)),
    }),
    getDesktop: ({ request }) => desktopInfo(desktopOf(parts, request), request),
    deleteDesktop: async ({ request }) => {
      await parts.registry.remove(desktopOf(parts, request), 'removed by request');
      return undefined;
    },
    pauseDesktop: async ({ request }) => {
      const desktop = desktopOf(parts, request);
      await pause(parts, desktop);
      return desktopInfo(desktop, request);
    },
    resumeDesktop: async ({ request }) => {
      const desktop = desktopOf(parts, request);
      await resume(parts, desktop);
      return desktopInfo(desktop, request);
    },
    restartDesktop: async ({ request }) => {
      const desktop = desktopOf(parts, request);
      await restart(parts, desktop, parts.closing);
      return desktopInfo(desktop, request);
    },
  };
}
