// Where element ids begin: an agent that was started again must not give an id that the one before it gave.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** More ids than an agent gives in its life. */
const BLOCK = 10_000_000;

/** The first number for this agent's ids; the folder remembers how many agents there were. */
export async function firstIdOf(folder: string): Promise<number> {
  const file = join(folder, 'deskreel-agents');
  const before = await agentsBefore(file);
  await writeFile(file, String(before + 1));
  return before * BLOCK + 1;
}

async function agentsBefore(file: string): Promise<number> {
  try {
    return Number(await readFile(file, 'utf8')) || 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
