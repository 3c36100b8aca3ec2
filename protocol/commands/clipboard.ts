// Commands of the clipboard. Its content is recorded as a length only.
import { z } from 'zod';
import { changes, Done, NoParams, reads } from './spec.ts';

export const clipboardCommands = {
  // Cua's name; what it does is read the clipboard.
  copy_to_clipboard: reads({
    title: 'Read clipboard',
    params: NoParams,
    result: z.object({ content: z.string() }),
    redact: { result: ['content'] },
  }),
  set_clipboard: changes({
    title: 'Set clipboard',
    params: z.object({ text: z.string().max(8_000_000) }),
    result: Done,
    redact: { params: ['text'] },
    idempotent: true,
  }),
};
