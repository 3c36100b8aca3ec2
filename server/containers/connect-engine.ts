// The driver for the engine that the settings lead to.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Clock } from '../clock.ts';
import type { EngineSettings } from '../config.ts';
import { packageRoot } from '../package-root.ts';
import { DockerDriver } from './docker-driver.ts';
import { engineAddress } from './engine-address.ts';

/** Docker's default profile plus what browsers need for their sandbox. */
const SECCOMP_FILE = 'images/seccomp.json';

/** Does not ask the engine yet; `check` does. */
export async function connectEngine(settings: EngineSettings, clock: Clock): Promise<DockerDriver> {
  const address = await engineAddress(settings);
  const seccompProfile = await readFile(join(packageRoot(), SECCOMP_FILE), 'utf8');
  return new DockerDriver({ docker: new Docker(address), clock, seccompProfile });
}
