// Commands that start programs.
import { z } from 'zod';
import { changes } from './spec.ts';

export const processCommands = {
  run_command: changes({
    title: 'Run command',
    params: z.object({
      command: z.string().min(1),
      /** Seconds; the whole process group is ended when they are over. */
      timeout: z.number().positive().max(86_400).nullish(),
      cwd: z.string().nullish(),
      env: z.record(z.string(), z.string()).nullish(),
    }),
    result: z.object({
      stdout: z.string(),
      stderr: z.string(),
      return_code: z.number().int(),
      /** The bytes, where they are not UTF-8. */
      stdout_b64: z.string().optional(),
      stderr_b64: z.string().optional(),
      truncated: z.boolean().optional(),
      stdout_bytes: z.number().int().optional(),
      stderr_bytes: z.number().int().optional(),
    }),
    timeoutMs: 120_000,
  }),
  launch: changes({
    title: 'Launch',
    params: z.object({ app: z.string().min(1), args: z.array(z.string()).nullish() }),
    result: z.object({ pid: z.number().int() }),
  }),
  open: changes({
    title: 'Open',
    params: z.object({ target: z.string().min(1) }),
    result: z.object({ pid: z.number().int() }),
  }),
};
