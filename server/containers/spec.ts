// From what a container is made of to the engine's own options. Pure.
import type { ContainerCreateOptions, NetworkCreateOptions } from 'dockerode';
import type { DesktopSpec } from '../../protocol/desktop.ts';
import type { ContainerSpec } from './driver.ts';

export const DESKTOP_LABEL = 'deskreel.desktop';
export const SERVER_LABEL = 'deskreel.server';
/** Where the agent listens inside. */
export const AGENT_PORT = '8000/tcp';

const MIB = 1024 * 1024;
/** Threads count too: a browser with many pages has more than a thousand. */
const MAX_PROCESSES = 4096;
/** An upper bound, not a reservation; browsers fall over with Docker's 64 MiB. */
const SHARED_MEMORY = 1024 * MIB;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: MIB, g: 1024 * MIB };
/** A supervisor that is asked to end gets this long. Seconds. */
const STOP_SECONDS = 5;

export function containerName(desktopId: string): string {
  return `deskreel-${desktopId}`;
}

export function createOptions(spec: ContainerSpec, seccompProfile: string): ContainerCreateOptions {
  return {
    name: containerName(spec.desktopId),
    Hostname: spec.desktopId,
    Image: spec.image,
    Labels: labels(spec),
    Env: environment(spec),
    ExposedPorts: { [AGENT_PORT]: {} },
    StopTimeout: STOP_SECONDS,
    HostConfig: {
      ...isolation(seccompProfile),
      ...limits(spec),
      ...reachability(spec),
      // A container that died is started again by the server, which then knows of it.
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '2' } },
    },
  };
}

/** An internal bridge of its own: no way out, and no way to another desktop. */
export function networkOptions(spec: ContainerSpec): NetworkCreateOptions {
  return {
    Name: containerName(spec.desktopId),
    Driver: 'bridge',
    Internal: true,
    CheckDuplicate: true,
    Labels: labels(spec),
  };
}

function labels(spec: ContainerSpec): Record<string, string> {
  return { [DESKTOP_LABEL]: spec.desktopId, [SERVER_LABEL]: spec.serverId };
}

function environment(spec: ContainerSpec): string[] {
  // The server's own come last: a spec cannot replace them.
  const all = { ...spec.env, VNC_RESOLUTION: spec.resolution, DESKREEL_TOKEN: spec.guestToken };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

function isolation(seccompProfile: string): ContainerCreateOptions['HostConfig'] {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', `seccomp=${seccompProfile}`],
    // The image starts an init of its own.
    Init: false,
  };
}

function limits(spec: ContainerSpec): ContainerCreateOptions['HostConfig'] {
  return {
    PidsLimit: MAX_PROCESSES,
    ShmSize: SHARED_MEMORY,
    ...(spec.cpus === undefined ? {} : { NanoCpus: Math.round(spec.cpus * 1e9) }),
    ...(spec.memory === undefined ? {} : { Memory: bytesOf(spec.memory) }),
  };
}

function reachability(spec: ContainerSpec): ContainerCreateOptions['HostConfig'] {
  if (spec.network === 'none') return { NetworkMode: containerName(spec.desktopId) };
  // An empty port takes a free one; it is another one after every start.
  return { PortBindings: { [AGENT_PORT]: [{ HostIp: '127.0.0.1', HostPort: '' }] } };
}

/** `512m` in bytes. */
export function bytesOf(memory: NonNullable<DesktopSpec['memory']>): number {
  if (typeof memory === 'number') return memory;
  const [, digits = '0', unit = ''] = /^(\d+)([kmg]?)$/i.exec(memory) ?? [];
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
