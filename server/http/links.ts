// Addresses of a desktop, as the client that asks can reach them.
import type { Request } from 'express';
import type { DesktopInfo } from '../../protocol/desktop.ts';
import { desktopPath } from '../access/desktop-path.ts';
import type { Desktop } from '../desktops/desktop.ts';

export function desktopInfo(desktop: Desktop, request: Request): DesktopInfo {
  const { id, name, createdAt, spec, accessKey } = desktop.record;
  const host = request.headers.host ?? 'localhost';
  return {
    id,
    name,
    state: desktop.state,
    resolution: spec.resolution,
    createdAt,
    links: {
      api: `http://${host}/d/${accessKey}`,
      ws: `ws://${host}${desktopPath(id, '/ws')}`,
      vnc: `ws://${host}${desktopPath(id, '/vnc')}`,
      view: `http://${host}/view/${id}`,
    },
  };
}
