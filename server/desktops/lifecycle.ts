// Pause, resume and restart, one after the other for each desktop.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDriver } from '../containers/driver.ts';
import type { Desktop } from './desktop.ts';
import { untilReady } from './readiness.ts';

export interface LifecycleParts {
  driver: ContainerDriver;
  clock: Clock;
}

export async function pause({ driver }: LifecycleParts, desktop: Desktop): Promise<void> {
  await desktop.lifecycle.enter(async () => {
    if (desktop.state === 'paused') return;
    mustBe(desktop, 'ready', 'paused');
    await driver.pause(desktop.id);
    desktop.become('paused', 'paused by request');
  });
}

export async function resume({ driver }: LifecycleParts, desktop: Desktop): Promise<void> {
  await desktop.lifecycle.enter(async () => {
    if (desktop.state === 'ready') return;
    mustBe(desktop, 'paused', 'resumed');
    await driver.resume(desktop.id);
    desktop.become('ready', 'resumed by request');
  });
}

/** Where it does not get ready again, the desktop is `lost` and the reason thrown. */
export async function restart(parts: LifecycleParts, desktop: Desktop, signal: AbortSignal): Promise<void> {
  await desktop.lifecycle.enter(async () => {
    const frozen = desktop.state === 'paused';
    desktop.become('restarting', 'restarted by request');
    await bringBack(parts, desktop, signal, async () => {
      // The engine stops no container that is frozen.
      if (frozen) await parts.driver.resume(desktop.id);
      await parts.driver.restart(desktop.id);
    });
  });
}

/** From `restarting` to `ready`, or to `lost` with the reason thrown. Called inside of the lifecycle lane. */
export async function bringBack(
  { driver, clock }: LifecycleParts,
  desktop: Desktop,
  signal: AbortSignal,
  start: () => Promise<void>,
): Promise<void> {
  try {
    await start();
    const stop = AbortSignal.any([signal, desktop.removed]);
    await untilReady({ driver, clock, desktopId: desktop.id, link: desktop.link, signal: stop });
    desktop.become('ready', 'it answers');
  } catch (error) {
    desktop.become('lost', error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function mustBe(desktop: Desktop, state: 'ready' | 'paused', toBe: string): void {
  if (desktop.state === state) return;
  throw new DeskreelError(
    'conflict',
    `the desktop is ${desktop.state}: only one that is ${state} can be ${toBe}`,
  );
}
