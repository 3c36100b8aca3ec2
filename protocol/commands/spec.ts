// What a row of the command table says. Everything that treats commands alike reads these flags and keeps no list of its own.
import { z } from 'zod';

/** Which part of a recorded call must not be kept as it is. */
export interface Redaction {
  /** Parameters recorded as their length only. */
  params?: readonly string[];
  /** Result fields recorded as their length only. */
  result?: readonly string[];
  /** Parameters that are not recorded at all when the caller says `secret: true`, or when they go into a password field. */
  secretParams?: readonly string[];
}

export interface CommandSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** What a person reads in a trace. */
  title: string;
  params: P;
  result: R;
  /** Works pointer or keyboard: goes through the input lane, one after the other. */
  input: boolean;
  /** `after`: its before and after frames are recorded; `result`: the picture it answers with is; `none`: no picture. */
  capture: 'after' | 'result' | 'none';
  redact: Redaction;
  /** What it is about: what lies at its `x` and `y` (at the pointer where it has none), at the pointer, or at no place. */
  place: 'point' | 'pointer' | 'none';
  /** `view` reads the desktop, `control` changes it. */
  permission: 'view' | 'control';
  /** Milliseconds until the command is given up; a `timeout` parameter of the command adds to it. */
  timeoutMs: number;
  /** Doing it twice is the same as doing it once. */
  idempotent: boolean;
}

type Flags = Omit<CommandSpec, 'title' | 'params' | 'result'>;

const READ: Flags = {
  input: false,
  capture: 'none',
  redact: {},
  place: 'none',
  permission: 'view',
  timeoutMs: 10_000,
  idempotent: true,
};
const INPUT: Flags = {
  input: true,
  capture: 'after',
  redact: {},
  place: 'none',
  permission: 'control',
  timeoutMs: 10_000,
  idempotent: false,
};
const CHANGE: Flags = {
  input: false,
  capture: 'none',
  redact: {},
  place: 'none',
  permission: 'control',
  timeoutMs: 30_000,
  idempotent: false,
};

type Row<P extends z.ZodType, R extends z.ZodType> = Pick<CommandSpec<P, R>, 'title' | 'params' | 'result'> &
  Partial<Flags>;

/** A command that looks and changes nothing. */
export function reads<P extends z.ZodType, R extends z.ZodType>(row: Row<P, R>): CommandSpec<P, R> {
  return { ...READ, ...row };
}

/** A command that works pointer or keyboard. */
export function inputs<P extends z.ZodType, R extends z.ZodType>(row: Row<P, R>): CommandSpec<P, R> {
  return { ...INPUT, ...row };
}

/** A command that works the pointer at a place of its own, or where it is. */
export function pointsAt<P extends z.ZodType, R extends z.ZodType>(row: Row<P, R>): CommandSpec<P, R> {
  return inputs({ place: 'point', ...row });
}

/** A command that begins where the pointer is. */
export function startsAtPointer<P extends z.ZodType, R extends z.ZodType>(row: Row<P, R>): CommandSpec<P, R> {
  return inputs({ place: 'pointer', ...row });
}

/** A command that changes the desktop by other means: files, processes, the clipboard. */
export function changes<P extends z.ZodType, R extends z.ZodType>(row: Row<P, R>): CommandSpec<P, R> {
  return { ...CHANGE, ...row };
}

/** No parameters; unknown ones are dropped, as the clients of the field expect. */
export const NoParams = z.object({});
/** An answer without fields. */
export const Done = z.object({});
