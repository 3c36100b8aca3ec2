// A visible Chromium with a profile of its own: started when it is first needed, anew after it was closed or killed.
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { DeskreelError } from '../../protocol/errors.ts';
import { focusesPassword } from './password-field.ts';

export interface BrowserParts {
  /** The desktop's environment: its display, its session bus. */
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** Debian's own: it adds the image's flags, and gives up the sandbox only where the kernel refuses one. */
const PROGRAM = '/usr/bin/chromium';
const START_MS = 25_000;

export class Browser {
  readonly #parts: BrowserParts;
  #context: Promise<BrowserContext> | undefined;

  constructor(parts: BrowserParts) {
    this.#parts = parts;
  }

  /** The page that was opened last, in front of all windows. Throws `command_failed` where no browser starts. */
  async page(): Promise<Page> {
    const context = await (this.#context ??= this.#start());
    const page = context.pages().at(-1) ?? (await context.newPage());
    await page.bringToFront();
    return page;
  }

  /**
   * Whether what is typed into the page goes into a password field. `moves`: there are tabs or line ends in it, so one
   * anywhere on the page counts. Brings the page to the front, but starts no browser.
   */
  async focusesPassword(moves: boolean): Promise<boolean> {
    if (!this.#context) return false;
    try {
      return await focusesPassword(await this.page(), moves);
    } catch {
      // A page that cannot be asked, since it is about to be another, may well have one.
      return true;
    }
  }

  #start(): Promise<BrowserContext> {
    const forget = (): void => {
      if (this.#context === starting) this.#context = undefined;
    };
    const starting = launch(this.#parts).then(
      (context) => context.on('close', forget),
      (error: unknown) => {
        forget();
        const reason = error instanceof Error ? error.message : String(error);
        throw new DeskreelError('command_failed', `the browser could not be started: ${reason}`, {
          cause: error,
        });
      },
    );
    return starting;
  }
}

/** The package is large and seldom used: it is loaded for the first browser. */
async function launch({ env, home }: BrowserParts): Promise<BrowserContext> {
  const { chromium } = await import('playwright-core');
  return chromium.launchPersistentContext(join(home, '.config/deskreel/browser'), {
    executablePath: PROGRAM,
    headless: false,
    chromiumSandbox: true,
    // It shows a bar over the page.
    ignoreDefaultArgs: ['--enable-automation'],
    env: withoutGaps(env),
    timeout: START_MS,
    // The page is as large as its window, and looks as in any other browser of the desktop.
    viewport: null,
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    // The agent's own signals stay as they are: when it ends, so does the pipe that the browser lives by.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

function withoutGaps(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
