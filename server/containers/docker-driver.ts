// Desktops as containers of one Docker engine on this machine.
import type Docker from 'dockerode';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';
import type {
  ContainerDriver,
  ContainerEvents,
  ContainerSpec,
  ContainerState,
  GuestAddress,
} from './driver.ts';
import { directAddress } from './direct-address.ts';
import { watchContainers } from './docker-events.ts';
import { plainLog } from './docker-log.ts';
import { engineError, engineStatus, ignoring } from './engine-errors.ts';
import {
  AGENT_PORT,
  DESKTOP_LABEL,
  SERVER_LABEL,
  containerName,
  createOptions,
  networkOptions,
} from './spec.ts';

const NOT_MODIFIED = 304;
const NOT_FOUND = 404;
/** A removal of the same container is under way. */
const CONFLICT = 409;
const PING_MS = 10_000;
const GONE_MS = 30_000;

export interface DockerDriverOptions {
  docker: Docker;
  clock: Clock;
  /** The content of the seccomp profile, as JSON text. */
  seccompProfile: string;
}

export class DockerDriver implements ContainerDriver {
  readonly #docker: Docker;
  readonly #clock: Clock;
  readonly #seccompProfile: string;

  constructor(options: DockerDriverOptions) {
    this.#docker = options.docker;
    this.#clock = options.clock;
    this.#seccompProfile = options.seccompProfile;
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#ask('ask the Docker engine', this.#within(PING_MS, this.#docker.ping(), signal));
  }

  async requireImage(image: string): Promise<void> {
    try {
      await this.#docker.getImage(image).inspect();
    } catch (error) {
      if (engineStatus(error) !== NOT_FOUND) throw engineError(error, `look for the image ${image}`);
      throw new DeskreelError(
        'image_missing',
        `the image ${image} is not on this machine. \`npm run setup\` builds Deskreel's own; ` +
          'any other is fetched with `docker pull`.',
        { cause: error },
      );
    }
  }

  async create(spec: ContainerSpec): Promise<void> {
    if (spec.network === 'none') {
      const network = inBody(networkOptions(spec), {});
      await this.#ask('make a network', this.#docker.createNetwork(network));
    }
    const options = inBody(createOptions(spec, this.#seccompProfile), {
      name: containerName(spec.desktopId),
    });
    await this.#ask('make a container', this.#docker.createContainer(options));
  }

  async start(desktopId: string): Promise<void> {
    const started = ignoring([NOT_MODIFIED], this.#container(desktopId).start());
    await this.#ask('start a container', started);
  }

  async pause(desktopId: string): Promise<void> {
    await this.#ask('pause a container', this.#container(desktopId).pause());
  }

  async resume(desktopId: string): Promise<void> {
    await this.#ask('resume a container', this.#container(desktopId).unpause());
  }

  async restart(desktopId: string): Promise<void> {
    await this.#ask('restart a container', this.#container(desktopId).restart());
  }

  async remove(desktopId: string): Promise<void> {
    const container = this.#container(desktopId);
    const removed = ignoring([NOT_FOUND, CONFLICT], container.remove({ force: true, v: true }));
    await this.#ask('remove a container', removed);
    // After a conflict somebody else is removing it; the network is free only when that is done.
    const gone = ignoring([NOT_FOUND], container.wait({ condition: 'removed' }));
    await this.#ask('wait for a container to be gone', this.#within(GONE_MS, gone));
    const network = this.#docker.getNetwork(containerName(desktopId));
    await this.#ask('remove a network', ignoring([NOT_FOUND], network.remove()));
  }

  async checkRuns(desktopId: string): Promise<void> {
    await this.#inspectRunning(desktopId);
  }

  async address(desktopId: string): Promise<GuestAddress> {
    const { NetworkSettings } = await this.#inspectRunning(desktopId);
    const port = Number.parseInt(AGENT_PORT, 10);
    const published = NetworkSettings.Ports[AGENT_PORT]?.[0];
    if (published) {
      const direct = await directAddress(Object.values(NetworkSettings.Networks), port);
      return direct ?? { host: '127.0.0.1', port: Number(published.HostPort) };
    }
    const host = NetworkSettings.Networks[containerName(desktopId)]?.IPAddress;
    if (host) return { host, port };
    throw new DeskreelError('guest_unavailable', "the desktop's container has no address");
  }

  async state(desktopId: string): Promise<ContainerState> {
    try {
      const { State } = await this.#container(desktopId).inspect();
      return stateOf(State.Status);
    } catch (error) {
      if (engineStatus(error) === NOT_FOUND) return 'absent';
      throw engineError(error, 'look at a container');
    }
  }

  async logTail(desktopId: string, lines: number): Promise<string> {
    const asked = this.#container(desktopId).logs({ stdout: true, stderr: true, tail: lines });
    return plainLog(await this.#ask("read a container's log", asked));
  }

  async owned(serverId: string): Promise<Map<string, ContainerState>> {
    const filters = { label: [`${SERVER_LABEL}=${serverId}`] };
    const [containers, networks] = await this.#ask(
      'list containers',
      Promise.all([
        this.#docker.listContainers({ all: true, filters }),
        this.#docker.listNetworks({ filters }),
      ]),
    );
    const owned = new Map<string, ContainerState>();
    for (const { Labels } of networks) owned.set(Labels?.[DESKTOP_LABEL] ?? '', 'absent');
    for (const { Labels, State } of containers) owned.set(Labels[DESKTOP_LABEL] ?? '', stateOf(State));
    owned.delete('');
    return owned;
  }

  async watch(serverId: string, events: ContainerEvents, signal: AbortSignal): Promise<void> {
    await watchContainers({ docker: this.#docker, clock: this.#clock, serverId, events, signal });
  }

  #container(desktopId: string): Docker.Container {
    return this.#docker.getContainer(containerName(desktopId));
  }

  async #inspectRunning(desktopId: string): Promise<Docker.ContainerInspectInfo> {
    const found = await this.#ask('look at a container', this.#container(desktopId).inspect());
    const { State } = found;
    if (State.Running) return found;
    const end = `it ended with status ${State.ExitCode}${State.OOMKilled ? ', out of memory' : ''}`;
    throw new DeskreelError('guest_unavailable', `the desktop's container does not run: ${end}`);
  }

  async #within<T>(ms: number, request: Promise<T>, signal?: AbortSignal): Promise<T> {
    const done = new AbortController();
    const over = AbortSignal.any([done.signal, ...(signal ? [signal] : [])]);
    const silent = this.#clock.sleep(ms, over).then(() => {
      throw new DeskreelError('engine_unavailable', `the Docker engine was not done in ${ms} ms`);
    });
    try {
      return await Promise.race([request, silent]);
    } finally {
      done.abort();
    }
  }

  async #ask<T>(what: string, request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      throw engineError(error, what);
    }
  }
}

/**
 * dockerode repeats all options in the URL, which puts tokens where they are logged and, with the profile among them,
 * makes it too long for what may stand in front of an engine. Only a container's name belongs there.
 */
function inBody<T extends object>(options: T, query: Record<string, string>): T {
  return { ...options, _query: query, _body: options };
}

/** Docker's words for a container's state. */
export function stateOf(status: string): ContainerState {
  if (status === 'running' || status === 'restarting') return 'running';
  if (status === 'removing' || status === 'dead') return 'absent';
  return status === 'paused' ? 'paused' : 'stopped';
}
