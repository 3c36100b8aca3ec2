#!/usr/bin/env node
// The command `deskreel`.
import { COMMANDS } from './commands/all.ts';
import { runProgram } from './program.ts';

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => ending.abort(new Error(`ended by ${name}`)));
}
process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), {
  out: (data) => void process.stdout.write(data),
  err: (text) => void process.stderr.write(text),
  signal: ending.signal,
});
