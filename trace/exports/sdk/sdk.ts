// `sdk`: a TypeScript script that does it again with Deskreel's SDK, on a desktop of its own.
import { commandSpec, resolveCommand, type CommandName } from '../../../protocol/commands/table.ts';
import type { TraceSource } from '../../source/source.ts';
import { readSteps, type Step } from '../../steps.ts';
import type { Exporter } from '../exporter.ts';
import { oneLine, Pauses, SecretNames } from '../script.ts';
import { ScriptNames } from './script-names.ts';
import { js, Told } from './told.ts';
import { WRITERS } from './writers.ts';

export const sdk: Exporter = {
  format: 'sdk',
  about: "a TypeScript script that does it again with Deskreel's SDK",
  extension: 'ts',
  *files(trace) {
    yield { name: 'script.ts', content: script(trace) };
  },
};

async function* script(trace: TraceSource): AsyncGenerator<string> {
  yield head(trace);
  const pauses = new Pauses();
  const secrets = new SecretNames();
  const names = new ScriptNames();
  for await (const step of readSteps(trace.entries())) {
    const line = lineOf(step, names, secrets);
    if (line === undefined) continue;
    const seconds = pauses.before(step);
    if (seconds > 0) yield `  await pause(${Math.round(seconds * 1000)});\n`;
    yield `  ${line}\n`;
  }
  yield TAIL;
}

function head({ overview }: TraceSource): string {
  const { image, resolution } = overview.desktop;
  const options = { osType: 'linux', providerType: 'docker', image, resolution };
  const label = overview.name === null ? '' : ` (${overview.name})`;
  return `// Made from ${overview.trace_id}${label}. DESKREEL_DESKTOP names a desktop to do it on; else one is made for it.
import { setTimeout as pause } from 'node:timers/promises';
import { Computer } from 'deskreel';

const desktop = process.env.DESKREEL_DESKTOP;
const computer = new Computer(desktop ? { desktop } : ${js(options)});
await computer.run();
try {
  const { interface: screen } = computer;
`;
}

const TAIL = `} finally {
  await computer.stop();
}

function secret(name: string): string {
  const text = process.env[name];
  if (text === undefined) throw new Error(\`\${name} is not set: the text was not recorded\`);
  return text;
}
`;

function lineOf(step: Step, names: ScriptNames, secrets: SecretNames): string | undefined {
  const { method, args, shortened } = step.call.data;
  const name = resolveCommand(method);
  if (name === undefined) return `// Left out, since the SDK does not know it: ${oneLine(method)}`;
  if (step.reply?.data.success !== true) {
    return isChange(name)
      ? `// Failed when it was recorded: ${method} ${oneLine(js(args ?? {}))}`
      : undefined;
  }
  if (shortened) return `// Left out, since it was recorded shortened: ${method}`;
  return WRITERS[name](new Told(step, names, secrets));
}

function isChange(name: CommandName): boolean {
  return commandSpec(name).permission === 'control';
}
