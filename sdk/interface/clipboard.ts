// Methods of the clipboard. Its content is recorded as a length only.
import type { Call, CallOptions } from './call.ts';

export function clipboardMethods(call: Call) {
  return {
    /** What the clipboard holds. (The name is Cua's; it reads.) */
    async copyToClipboard(options?: CallOptions): Promise<string> {
      return (await call('copy_to_clipboard', {}, options)).content;
    },
    /** Puts a text into the clipboard. */
    async setClipboard(text: string, options?: CallOptions): Promise<void> {
      await call('set_clipboard', { text }, options);
    },
  };
}

export type ClipboardMethods = ReturnType<typeof clipboardMethods>;
