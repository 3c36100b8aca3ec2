// The agent: screen, hands and accessibility put together behind its one port.
import type { WebSocket } from 'ws';
import { COMMANDS } from '../../protocol/commands/table.ts';
import { LINK_VERSION, type GuestStatus } from '../../protocol/link.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import { createAccessibility } from '../accessibility/create.ts';
import { createAgentServer } from './agent-server.ts';
import { LinkSession } from './link-session.ts';
import { readStatus, UNSEEN } from './status.ts';
import { bridgeVnc } from './vnc-bridge.ts';
import { createCaptures } from '../capture/create-captures.ts';
import { systemClock } from '../clock.ts';
import { createHandlers, execute } from '../commands.ts';
import type { GuestConfig } from '../config.ts';
import { openDesktopParts } from '../desktop/parts.ts';
import { createInput } from '../input/input.ts';
import { watchFirstPaint } from '../screen/painted.ts';
import { openScreen } from '../screen/screen.ts';
import { VERSION } from '../version.ts';

/** Trees of a trace have the command's own limits. */
const WHOLE_TREE = COMMANDS.get_accessibility_tree.params.parse({});

/** Serves until X is gone: then the process ends, and the supervisor starts it again when X is back. */
export async function runAgent(config: GuestConfig): Promise<void> {
  const { display, sessionBus: sessionBusAddress } = config;
  const screen = await openScreen(display, systemClock);
  screen.onEnd(() => end('the X server is gone'));
  const accessibility = createAccessibility({ sessionBusAddress, display, clock: systemClock });
  const readTree = (signal: AbortSignal): Promise<TreeReport> => accessibility.readTree(WHOLE_TREE, signal);
  const input = await createInput({ display, accessibility });
  const handlers = createHandlers({ config, screen, input: input.handlers, accessibility });

  const desktop = await openDesktopParts(display);
  const painted = watchFirstPaint(screen, systemClock);
  let lastStatus: GuestStatus = UNSEEN;
  const status = async (): Promise<GuestStatus> => {
    lastStatus = await readStatus({ accessibility, desktop, painted, ...input.status() });
    return lastStatus;
  };
  await status();

  const onLink = (socket: WebSocket): void => {
    new LinkSession(socket, {
      execute: (command, params, call) => execute(handlers, command, params, call),
      createCaptures: (send) =>
        createCaptures({ screen, readTree, send, onFault: report, clock: systemClock }),
      releaseAll: () => input.releaseAll(),
      hello: () => ({ type: 'hello', link: LINK_VERSION, package: VERSION, status: lastStatus }),
      status,
      onFault: report,
    });
  };
  const onVnc = (socket: WebSocket): void => void bridgeVnc(socket, config.vncSocket).catch(report);
  createAgentServer({ token: config.token, status, onLink, onVnc }).listen(config.port, '0.0.0.0');
}

/** Faults go to the container's log; what a client must know is in its reply. */
function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

function end(reason: string): never {
  report(reason);
  process.exit(1);
}
