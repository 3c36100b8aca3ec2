// Commands that work a terminal: a program on a pseudo-terminal (PTY), with no window on the screen.
import { z } from 'zod';
import { changes, Done, reads } from './spec.ts';

const Pid = z.number().int().positive();
/** Characters. */
const Side = z.number().int().min(1).max(1000);

const Terminal = z.object({ pid: z.number().int(), cols: z.number().int(), rows: z.number().int() });

export const ptyCommands = {
  pty_create: changes({
    title: 'Open terminal',
    params: z.object({
      /** A line for bash; without it, an interactive bash. */
      command: z.string().min(1).nullish(),
      cols: Side.default(80),
      rows: Side.default(24),
      cwd: z.string().nullish(),
      envs: z.record(z.string(), z.string()).nullish(),
    }),
    result: Terminal,
  }),
  pty_info: reads({ title: 'Terminal', params: z.object({ pid: Pid }), result: Terminal }),
  pty_send: changes({
    title: 'Type into terminal',
    params: z.object({
      pid: Pid,
      /** Bytes as base64; what is not base64 is typed as it is, since clients send either. */
      data: z.string().optional(),
      /** Typed as it is. */
      text: z.string().optional(),
      secret: z.boolean().default(false),
    }),
    result: Done,
    redact: { secretParams: ['data', 'text'] },
  }),
  pty_resize: changes({
    title: 'Resize terminal',
    params: z.object({ pid: Pid, cols: Side, rows: Side }),
    result: Done,
    idempotent: true,
  }),
  /** What a terminal has printed, the last mebibyte of it, also when nobody listened and when it has ended. */
  pty_read: reads({
    title: 'Read terminal',
    params: z.object({
      pid: Pid,
      /** In bytes from the beginning; what is not kept any more is passed over. */
      offset: z.number().int().min(0).default(0),
    }),
    result: z.object({
      /** Base64, up to 64 KiB. */
      data: z.string(),
      /** Where `data` begins. */
      offset: z.number().int(),
      /** Where to read on. */
      next: z.number().int(),
      /** Null while the program runs; behind the last output, its exit code, 128 and the signal where one ended it. */
      exit_code: z.number().int().nullable(),
    }),
  }),
  pty_kill: changes({
    title: 'End terminal',
    params: z.object({ pid: Pid }),
    /** False where it had ended before. */
    result: z.object({ killed: z.boolean() }),
    idempotent: true,
  }),
};
