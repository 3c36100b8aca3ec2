// What the server asks of a container engine. One file per engine implements it.
import type { DesktopSpec } from '../../protocol/desktop.ts';

/** Everything a container is made from. */
export interface ContainerSpec {
  readonly desktopId: string;
  /** The instance of the server that owns it. */
  readonly serverId: string;
  readonly image: string;
  readonly resolution: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cpus: number | undefined;
  readonly memory: DesktopSpec['memory'];
  readonly network: DesktopSpec['network'];
  /** What the agent inside wants to hear before it obeys. */
  readonly guestToken: string;
}

/** Where the agent inside listens, as this host reaches it. */
export interface GuestAddress {
  readonly host: string;
  readonly port: number;
}

/** `absent`: there is no container, though a network may be left of it. */
export type ContainerState = 'running' | 'paused' | 'stopped' | 'absent';

export interface ContainerEvents {
  /** The engine answers (again); what happened before is unknown. */
  onConnected(): void;
  /** Its container started, ended, froze, went on or is gone; `state` says what is true now. */
  onChange(desktopId: string): void;
  onDisconnected(reason: string): void;
}

/** Containers are named by their desktop: an operation needs no handle, and can be repeated after a restart. */
export interface ContainerDriver {
  /** Throws `engine_unavailable` saying what to do. */
  check(signal: AbortSignal): Promise<void>;
  /** Throws `image_missing` saying how to get it. */
  requireImage(image: string): Promise<void>;
  /** Makes it, not running. Where it throws, `remove` takes away what was made. */
  create(spec: ContainerSpec): Promise<void>;
  /** Starting what runs is no error. */
  start(desktopId: string): Promise<void>;
  pause(desktopId: string): Promise<void>;
  resume(desktopId: string): Promise<void>;
  /** Stops and starts it; files stay, programs do not. */
  restart(desktopId: string): Promise<void>;
  /** Takes away the container and everything made for it. What is not there is no error. */
  remove(desktopId: string): Promise<void>;
  /** Throws `guest_unavailable` saying how it ended, where it does not run. */
  checkRuns(desktopId: string): Promise<void>;
  /** Where it is reached best now; it changes with every start. Throws `guest_unavailable` where it does not run. */
  address(desktopId: string): Promise<GuestAddress>;
  state(desktopId: string): Promise<ContainerState>;
  /** The last lines that it wrote, for a person who wants to know why it failed. */
  logTail(desktopId: string, lines: number): Promise<string>;
  /** Everything that carries this server's label. */
  owned(serverId: string): Promise<Map<string, ContainerState>>;
  /** Tells of changes until the signal ends, over restarts of the engine too. */
  watch(serverId: string, events: ContainerEvents, signal: AbortSignal): Promise<void>;
}
