// The agent: screen, hands and accessibility put together behind its one port.
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { COMMANDS } from '../../protocol/commands/table.ts';
import { LINK_VERSION, type FromGuest, type GuestStatus } from '../../protocol/link.ts';
import { PtyNews } from '../../protocol/pty-stream.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import type { Accessibility } from '../accessibility/accessibility.ts';
import { createAccessibility } from '../accessibility/create.ts';
import { firstIdOf } from '../accessibility/first-id.ts';
import { createAgentServer } from './agent-server.ts';
import { CallRunner } from './call-runner.ts';
import { LinkSession } from './link-session.ts';
import { Links } from './links.ts';
import type { Execute } from './run-call.ts';
import { Sessions, type Lifted } from './sessions.ts';
import { readStatus, UNSEEN } from './status.ts';
import { bridgeVnc } from './vnc-bridge.ts';
import { Browser } from '../browser/browser.ts';
import { CuaServer } from '../alone/cua-server.ts';
import { LocalCommands } from '../alone/local-commands.ts';
import { createViewServer } from '../alone/view-server.ts';
import { createCaptures } from '../capture/create-captures.ts';
import { TreeMemory } from '../capture/tree-memory.ts';
import { systemClock } from '../clock.ts';
import { createHandlers, execute } from '../commands.ts';
import type { GuestConfig } from '../config.ts';
import { openDesktopParts } from '../desktop/parts.ts';
import { provideComposeFile } from '../input/gtk-compose.ts';
import { createInput, type Input } from '../input/input.ts';
import { createPrivacy } from '../privacy/create.ts';
import type { PrivacyGuard } from '../privacy/guard.ts';
import { watchFirstPaint } from '../screen/painted.ts';
import { openScreen } from '../screen/screen.ts';
import { VERSION } from '../version.ts';
import { WindowManager } from '../windows/window-manager.ts';
import { XWindows } from '../windows/x-windows.ts';

/** Of the container: the engine decides who reaches it. */
const ALL_ADDRESSES = '0.0.0.0';
/** Trees of a trace have the command's own limits. */
const WHOLE_TREE = COMMANDS.get_accessibility_tree.params.parse({});

/** Serves until X is gone: then the process ends, and the supervisor starts it again when X is back. */
export async function runAgent(config: GuestConfig): Promise<void> {
  const { display, sessionBus: sessionBusAddress } = config;
  const screen = await openScreen(display, systemClock);
  screen.onEnd(() => end('the X server is gone'));
  const firstId = await firstIdOf(config.runtimeDir);
  const accessibility = createAccessibility({ sessionBusAddress, display, clock: systemClock, firstId });
  const readTree = (signal: AbortSignal): Promise<TreeReport> => accessibility.readTree(WHOLE_TREE, signal);
  const trees = new TreeMemory(systemClock);
  const windows = new WindowManager(new XWindows(display));
  const input = await openInput(config, accessibility, windows);
  const ptyNews = new PtyNews();
  const browser = new Browser({ env: config.childEnv, home: config.home });
  const privacy = createPrivacy({ accessibility, readTree, input, screen, browser, clock: systemClock });
  const read = trees.remembering(accessibility, () => !privacy.guard.active);
  const handlers = createHandlers({ config, screen, input, accessibility: read, windows, ptyNews, browser });
  const desktop = await openDesktopParts(display);
  const painted = watchFirstPaint(screen, systemClock);
  let lastStatus: GuestStatus = UNSEEN;
  const status = async (): Promise<GuestStatus> => {
    lastStatus = await readStatus({ accessibility, desktop, painted, ...input.status() });
    return lastStatus;
  };
  await status();

  const run: Execute = (command, params, call) =>
    privacy.typing.around(command, params, () => execute(handlers, command, params, call));
  const links = new Links();
  const sessions = sessionsOf(input, links);
  const calls = new CallRunner({ execute: run, sessions, guard: privacy.guard, clock: systemClock });
  const boot = randomUUID();
  const onLink = (socket: WebSocket): void => {
    const link = new LinkSession(socket, {
      calls,
      sessions,
      ...privacy,
      createCaptures: (send) =>
        createCaptures({ ...privacy, screen, readTree, trees, send, onFault: report, clock: systemClock }),
      hello: () => helloOf(boot, lastStatus, privacy.guard),
      status,
      ptyNews,
      onFault: report,
    });
    links.add(link);
    socket.on('close', () => links.remove(link));
  };
  const onVnc = (socket: WebSocket): void => void bridgeVnc(socket, config.vncSocket).catch(report);
  const { token } = config;
  const alone = token === '' ? standAlone(run, sessions, status, ptyNews) : undefined;
  createAgentServer({ token, status, onLink, onVnc, alone }).listen(config.port, ALL_ADDRESSES);
  if (alone) serveViews(config, onVnc);
}

function helloOf(boot: string, status: GuestStatus, { secrets }: PrivacyGuard): FromGuest {
  return { type: 'hello', link: LINK_VERSION, boot, package: VERSION, status, secrets };
}

async function openInput(
  config: GuestConfig,
  accessibility: Accessibility,
  manager: WindowManager,
): Promise<Input> {
  // Without the file some characters do not arrive in GTK; that must not keep the agent from starting.
  await provideComposeFile(config.home, config.configHome).catch(report);
  return createInput({ display: config.display, accessibility, manager });
}

function standAlone(
  run: Execute,
  sessions: Sessions,
  status: () => Promise<GuestStatus>,
  ptyNews: PtyNews,
): CuaServer {
  return new CuaServer({ commands: new LocalCommands(run, sessions), status, ptyNews });
}

/** Pages that show the screen, where there is no server that does. */
function serveViews({ novnc }: GuestConfig, onViewer: (socket: WebSocket) => void): void {
  for (const port of novnc.ports)
    createViewServer({ files: novnc.files, onViewer }).listen(port, ALL_ADDRESSES);
}

/** What an earlier run of the agent held is lifted already, and told like all that is lifted. */
function sessionsOf(input: Input, links: Links): Sessions {
  const { holdings, leftovers: held } = input;
  if (held.buttons.length > 0 || held.keys > 0) {
    links.tell({ type: 'released', reason: 'the agent that pressed them has ended', held });
  }
  const onLifted = (lifted: Lifted): void => links.tell({ type: 'released', ...lifted });
  return new Sessions({ holdings, clock: systemClock, onLifted, onFault: report });
}

/** Faults go to the container's log; what a client must know is in its reply. */
function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

function end(reason: string): never {
  report(reason);
  process.exit(1);
}
