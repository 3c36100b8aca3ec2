// A real Chromium for the server's own pages: that of the desktop image, in a container that shares this machine's loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chromium, type Browser } from 'playwright-core';
import { IMAGE } from './image.ts';

export interface PageBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--user-data-dir=/tmp/pages',
  '--remote-debugging-port=0',
];

export async function openPageBrowser(): Promise<PageBrowser> {
  const name = `deskreel-pages-${process.pid}`;
  const args = [
    'run',
    '--rm',
    '--name',
    name,
    '--network',
    'host',
    '--shm-size',
    '512m',
    '--entrypoint',
    'chromium',
  ];
  const child = spawn('docker', [...args, IMAGE, ...FLAGS, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'exit');
  const end = async (): Promise<void> => {
    const removal = spawn('docker', ['rm', '--force', name], { stdio: 'ignore' });
    await once(removal, 'exit');
    await gone;
  };
  try {
    const browser = await chromium.connectOverCDP(await endpointOf(child.stderr));
    return {
      browser,
      [Symbol.asyncDispose]: async () => {
        await browser.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Chromium says it once it listens. */
async function endpointOf(stderr: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    const [, endpoint] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (endpoint !== undefined) {
      stderr.resume();
      return endpoint;
    }
    said.push(line);
  }
  throw new Error(`Chromium did not start: ${said.join('\n')}`);
}
