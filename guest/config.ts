// The only reader of the agent's environment.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** 6901 is where Cua's Docker provider looks, 6080 its successor. */
const NOVNC = { files: '/usr/share/novnc', ports: [6901, 6080] } as const;

export interface GuestConfig {
  /** What a caller must present; empty when the image is used without a server. */
  readonly token: string;
  readonly port: number;
  readonly display: string;
  readonly sessionBus: string;
  /** A folder that lasts as long as the desktop. */
  readonly runtimeDir: string;
  /** Xvnc's unix socket. */
  readonly vncSocket: string;
  /** For viewers of the image used alone. */
  readonly novnc: { readonly files: string; readonly ports: readonly number[] };
  readonly home: string;
  /** Where programs keep their settings. */
  readonly configHome: string;
  /** What programs started in the desktop get: everything but what is the agent's own. */
  readonly childEnv: NodeJS.ProcessEnv;
}

export function readConfig(env: NodeJS.ProcessEnv): GuestConfig {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '/run/user/1000';
  const display = env['DISPLAY'] ?? ':1';
  const sessionBus = env['DBUS_SESSION_BUS_ADDRESS'] ?? `unix:path=${runtime}/bus`;
  const { DESKREEL_TOKEN: token = '', ...rest } = env;
  delete rest['NODE_COMPILE_CACHE'];
  const home = env['HOME'] ?? homedir();
  return {
    token,
    port: Number(env['DESKREEL_AGENT_PORT'] ?? 8000),
    display,
    sessionBus,
    runtimeDir: runtime,
    vncSocket: env['DESKREEL_VNC_SOCKET'] ?? `${runtime}/vnc.sock`,
    novnc: NOVNC,
    home,
    configHome: env['XDG_CONFIG_HOME'] ?? join(home, '.config'),
    childEnv: { ...rest, DISPLAY: display, DBUS_SESSION_BUS_ADDRESS: sessionBus },
  };
}
