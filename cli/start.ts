// `npm start`: the server, a desktop, a recorded demonstration, and where to watch it. `--exit` ends after that.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Computer, Deskreel, readTrace } from '../sdk/index.ts';
import { startServer, type RunningServer } from '../server/app.ts';
import { readConfig } from '../server/config.ts';
import { summaryTable } from './commands/trace-show.ts';
import { recordDemo } from './demo/record-demo.ts';

/** The demonstration's own desktop; one left over from before is replaced. */
const NAME = 'demo';

const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
process.exitCode = await main(values.exit);

async function main(exit: boolean): Promise<number> {
  const config = readConfig();
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  const log = createWriteStream(join(config.data, 'server.log'), { flags: 'a', mode: 0o600 });
  const server = await startServer(config, { writeLog: (line) => void log.write(line) });
  console.log(`Server         ${server.url} (log: ${join(config.data, 'server.log')})`);
  try {
    return await demonstrate(server, exit);
  } finally {
    await server.close();
    log.end();
  }
}

async function demonstrate(server: RunningServer, exit: boolean): Promise<number> {
  const { url, token } = server;
  await removeFormer({ url, token });
  await using computer = new Computer({ osType: 'linux', providerType: 'docker', name: NAME, url, token });
  const from = performance.now();
  await computer.run();
  console.log(`Desktop        ready after ${((performance.now() - from) / 1000).toFixed(1)} s`);
  const say = (step: string): void => console.log(`Demonstration  ${step}`);
  const { exact, path } = await recordDemo({ desktop: computer.interface, tracing: computer.tracing, say });
  console.log(`Text           ${exact ? 'read back as typed' : 'NOT what was typed'}\n`);
  console.log(`${summaryTable(await readTrace(path))}\nArchive     ${path}`);
  if (!exit) await watchUntilStopped(server.loginLink(new URL(computer.viewUrl).pathname));
  return exact ? 0 : 1;
}

async function removeFormer(access: { url: string; token: string }): Promise<void> {
  await using deskreel = await Deskreel.open(access);
  for (const { id, name } of await deskreel.listDesktops()) {
    if (name === NAME) await deskreel.removeDesktop(id);
  }
}

async function watchUntilStopped(link: string): Promise<void> {
  console.log(`\nWatch the desktop: ${link}\nCtrl+C stops the server and removes this desktop.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
