// All commands of the command line, in the order of the help.
import type { Command } from '../command.ts';
import { ls, rm, up } from './desktops.ts';
import { doctor } from './doctor.ts';
import { exec } from './exec.ts';
import { mcp } from './mcp.ts';
import { screenshot } from './screenshot.ts';
import { serve } from './serve.ts';
import { setup } from './setup.ts';
import { traceExport } from './trace-export.ts';
import { traceImport } from './trace-import.ts';
import { traceSearch } from './trace-search.ts';
import { traceShow } from './trace-show.ts';
import { traceCut } from './trace-cut.ts';
import { traceRedact } from './trace-redact.ts';
import { traceHold, traceRelease } from './trace-hold.ts';
import { traceVerify } from './trace-verify.ts';
import { vnc } from './vnc.ts';
import { traceGet, traceLs, traceMetadata, traceRm, traceStart, traceStop } from './trace.ts';

export const COMMANDS: readonly Command[] = [
  serve,
  up,
  ls,
  rm,
  exec,
  screenshot,
  vnc,
  mcp,
  traceStart,
  traceMetadata,
  traceStop,
  traceCut,
  traceLs,
  traceShow,
  traceSearch,
  traceGet,
  traceVerify,
  traceHold,
  traceRelease,
  traceExport,
  traceImport,
  traceRedact,
  traceRm,
  setup,
  doctor,
];
