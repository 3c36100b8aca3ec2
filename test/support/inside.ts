// A script inside of a desktop's container, past the agent: what it kills may be the agent.
import type Docker from 'dockerode';

/** Resolves with what it printed. */
export async function inside(docker: Docker, desktopId: string, script: string): Promise<string> {
  const container = docker.getContainer(`deskreel-${desktopId}`);
  const output = { AttachStdout: true, AttachStderr: true, Tty: true };
  const work = await container.exec({ Cmd: ['bash', '-c', script], ...output });
  let said = '';
  for await (const piece of await work.start({ Tty: true })) said += String(piece);
  return said.trim();
}

export const KILL_AGENT = 'kill -KILL $(s6-svstat -o pid $XDG_RUNTIME_DIR/deskreel/services/agent)';
