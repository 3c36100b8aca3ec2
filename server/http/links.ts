// Addresses of a desktop, as the client that asks can reach them.
import type { Request } from 'express';
import type { DesktopInfo } from '../../protocol/desktop.ts';
import { desktopPath } from '../access/desktop-path.ts';
import type { Desktop } from '../desktops/desktop.ts';

/** What addresses of this server begin with. */
export function originOf(request: Request): string {
  return `${request.protocol}://${request.headers.host ?? 'localhost'}`;
}

export function desktopInfo(desktop: Desktop, request: Request): DesktopInfo {
  const { id, name, createdAt, spec, accessKey } = desktop.record;
  const origin = originOf(request);
  const socket = origin.replace(/^http/, 'ws');
  return {
    id,
    name,
    state: desktop.state,
    resolution: spec.resolution,
    createdAt,
    links: {
      api: `${origin}/d/${accessKey}`,
      ws: `${socket}${desktopPath(id, '/ws')}`,
      vnc: `${socket}${desktopPath(id, '/vnc')}`,
      view: `${origin}/view/${id}`,
    },
  };
}
