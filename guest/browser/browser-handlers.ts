// The command that works the desktop's own browser.
import type { Page } from 'playwright-core';
import type { CommandParams, CommandResult } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Handlers } from '../handlers.ts';
import type { Browser } from './browser.ts';

type Command = CommandParams<'playwright_exec'>;
type Answer = CommandResult<'playwright_exec'>;

/** For a page to have its document. Milliseconds. */
const NAVIGATION = { timeout: 30_000, waitUntil: 'domcontentloaded' } as const;
/** Shows results without asking for consent first. */
const SEARCH = 'https://duckduckgo.com/?q=';

export function createBrowserHandlers(browser: Pick<Browser, 'page'>): Pick<Handlers, 'playwright_exec'> {
  return {
    playwright_exec: async (command, { signal }) => {
      const page = await browser.page();
      try {
        return await carryOut(command, page, signal);
      } catch (error) {
        throw failed(command.command, error);
      }
    },
  };
}

async function carryOut(command: Command, page: Page, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  switch (command.command) {
    case 'visit_url':
      await page.goto(command.url, NAVIGATION);
      return { url: page.url() };
    case 'web_search':
      await page.goto(SEARCH + encodeURIComponent(command.query), NAVIGATION);
      return { url: page.url() };
    case 'go_back':
      await page.goBack(NAVIGATION);
      return { url: page.url() };
    case 'go_forward':
      await page.goForward(NAVIGATION);
      return { url: page.url() };
    case 'get_current_url':
      return { url: page.url() };
    case 'screenshot':
      return { screenshot: (await page.screenshot()).toString('base64') };
    case 'click':
      await page.mouse.click(command.x, command.y);
      return {};
    case 'scroll':
      await page.mouse.wheel(command.delta_x, command.delta_y);
      return {};
    case 'type':
      return type(command.text, page, signal);
  }
}

/** One character after the other, so that a command that is cancelled writes no more. */
async function type(text: string, page: Page, signal: AbortSignal): Promise<Answer> {
  for (const character of text) {
    signal.throwIfAborted();
    await page.keyboard.type(character);
  }
  return {};
}

/** The first line says what is wrong; those below it are a log of calls. */
function failed(command: string, cause: unknown): DeskreelError {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const code = cause instanceof Error && cause.name === 'TimeoutError' ? 'timeout' : 'command_failed';
  return new DeskreelError(code, `${command}: ${line}`, { cause });
}
