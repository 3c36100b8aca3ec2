// What events tell of the machine: no name, no path.
import { release } from 'node:os';

export interface SystemFacts {
  os: string;
  os_version: string;
  node_version: string;
}

export function nodeVersion(): string {
  return process.versions.node;
}

/** Not `os.version()`: kernels may carry the name of the machine that built them. */
export function systemFacts(): SystemFacts {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return { os, os_version: release(), node_version: nodeVersion() };
}
