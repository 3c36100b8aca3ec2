// A server, a desktop on it, and the SDK's computer that works it: the whole way of a command, for a test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesktopSpecInput } from '../../protocol/desktop.ts';
import { Computer, type ComputerInterface, type Tracing } from '../../sdk/index.ts';
import { savedTrace, type SavedTrace } from './saved-trace.ts';
import { TestServer } from './server.ts';

export interface TestComputer extends AsyncDisposable {
  readonly server: TestServer;
  readonly computer: Computer;
  readonly desktop: ComputerInterface;
  readonly tracing: Tracing;
  /** The id of the desktop's container. */
  readonly container: string;
  /** For what the test saves; goes away with it. */
  readonly folder: string;
  /** Stops the trace, saves it as a folder and reads it. */
  stopTrace(): Promise<SavedTrace>;
}

/** Desktops that are not to be recorded all the time: what a test traces is all that is written. */
export async function startComputer(spec: DesktopSpecInput = {}): Promise<TestComputer> {
  const server = await TestServer.start();
  try {
    return await addComputer(server, spec);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Takes over the server: it goes away with the computer. */
async function addComputer(server: TestServer, spec: DesktopSpecInput): Promise<TestComputer> {
  const { id } = await server.create(spec);
  const computer = await attach(server, id);
  const container = await server.containerOf(id);
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-saved-'));
  return {
    server,
    computer,
    desktop: computer.interface,
    tracing: computer.tracing,
    container,
    folder,
    stopTrace: async () => savedTrace(await computer.tracing.stop({ format: 'dir', path: folder })),
    [Symbol.asyncDispose]: async () => {
      await computer.stop();
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** A computer on a desktop that is there. */
export async function attach(server: TestServer, desktop: string): Promise<Computer> {
  const { url, token } = server.running;
  return new Computer({ url, token, desktop }).run();
}
