// Commands that work the keyboard.
import { z } from 'zod';
import { Done, inputs } from './spec.ts';

/** One key, or several joined by +. */
const Key = z.string().min(1).max(40);
const KEY = { secretParams: ['key'] };

export const keyboardCommands = {
  type_text: inputs({
    title: 'Type',
    params: z.object({ text: z.string().max(100_000), secret: z.boolean().default(false) }),
    // `verified` is there where the focused element shows its text: whether what it shows is what was typed.
    result: z.object({ verified: z.boolean().optional() }),
    redact: { secretParams: ['text'] },
    timeoutMs: 120_000,
  }),
  press_key: inputs({ title: 'Press key', params: z.object({ key: Key }), result: Done, redact: KEY }),
  key_down: inputs({ title: 'Hold key', params: z.object({ key: Key }), result: Done, redact: KEY }),
  key_up: inputs({ title: 'Release key', params: z.object({ key: Key }), result: Done, redact: KEY }),
  hold_key: inputs({
    title: 'Hold key for a time',
    params: z.object({ key: Key, duration: z.number().min(0).max(100) }),
    result: Done,
    redact: KEY,
    timeoutMs: 110_000,
  }),
  hotkey: inputs({
    title: 'Press keys together',
    params: z.object({ keys: z.array(Key).min(1).max(10) }),
    result: Done,
    redact: { secretParams: ['keys'] },
  }),
};
