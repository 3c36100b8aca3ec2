// The method that works the desktop's own browser by its pages.
import type { CommandInput } from '../../protocol/commands/table.ts';
import type { Call, CallOptions } from './call.ts';

type Given = CommandInput<'playwright_exec'>;
export type BrowserCommand = Given['command'];
/** What a command takes: `visit_url` a `url`, `click` `x` and `y`, `type` a `text` and `secret`, `scroll` `delta_x` and `delta_y`, `web_search` a `query`. */
export type BrowserParams = Omit<Given, 'command'>;

export interface BrowserAnswer {
  /** Of the page, after what leads to one and of `get_current_url`. */
  url?: string;
  /** PNG of the page's view; of `screenshot`. */
  screenshot?: Buffer;
}

export function browserMethods(call: Call) {
  return {
    /**
     * Works a visible Chromium with a profile of its own, which the first command starts. Places are pixels of the page's
     * view, deltas are pixels. Throws `command_failed` with the browser's reason, `timeout` after 30 s for a page.
     */
    async playwrightExec(
      command: BrowserCommand,
      params: BrowserParams = {},
      options?: CallOptions,
    ): Promise<BrowserAnswer> {
      const { url, screenshot } = await call('playwright_exec', { ...params, command }, options);
      return {
        ...(url === undefined ? {} : { url }),
        ...(screenshot === undefined ? {} : { screenshot: Buffer.from(screenshot, 'base64') }),
      };
    },
  };
}

export type BrowserMethods = ReturnType<typeof browserMethods>;
