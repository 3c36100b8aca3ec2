// node setup/run.mjs script.ts [arguments]: sets up, then runs the script on the project's own Node.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { nodeBinary } from './modules.mjs';
import { root, setup } from './setup.mjs';

const [script, ...args] = process.argv.slice(2);
if (!script) {
  process.stderr.write('usage: node setup/run.mjs <script.ts> [arguments]\n');
  process.exitCode = 2;
} else if (await setup(true)) {
  runScript();
} else {
  process.exitCode = 1;
}

function runScript() {
  const child = spawn(nodeBinary(root), [join(root, script), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal gives Ctrl+C to the script by itself: not twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
