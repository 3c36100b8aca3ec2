// Every byte of telemetry, read: the events and their fields are those of the table, and nothing of a person is in them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, hostname, userInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import { Computer, ComputerAgent, type AgentModelFunction } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';

const execute = promisify(execFile);
const Batch = z.object({
  batch: z.array(
    z.object({ event: z.string(), distinct_id: z.uuid(), properties: z.record(z.string(), z.unknown()) }),
  ),
});
type Event = z.output<typeof Batch>['batch'][number];

/** A server that keeps every byte that it is sent. */
class Listener implements AsyncDisposable {
  readonly #server = createServer();
  readonly texts: string[] = [];
  url = '';

  static async start(): Promise<Listener> {
    const listener = new Listener();
    listener.#server.on('request', (request, response) => {
      void buffer(request).then((sent) => {
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        listener.texts.push(`${request.url} ${JSON.stringify(request.headers)}\n${body.toString()}`);
        response.end('{}');
      });
    });
    listener.#server.listen(0, '127.0.0.1');
    await once(listener.#server, 'listening');
    listener.url = `http://127.0.0.1:${(listener.#server.address() as AddressInfo).port}`;
    return listener;
  }

  events(): Event[] {
    return this.texts.flatMap((text) => Batch.parse(parseJson(text.slice(text.indexOf('\n') + 1))).batch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** What PostHog's own client adds. */
const OWN = /^\$(lib|lib_version|is_server|geoip_disable)$/;
const fieldsOf = ({ properties }: Event): string[] =>
  Object.keys(properties)
    .filter((key) => !OWN.test(key))
    .sort();

const SYSTEM = ['os', 'os_version', 'node_version'];
const RUN = ['session_id', 'run_id'];
const TABLE: Readonly<Record<string, readonly string[]>> = {
  module_init: ['module', 'version', 'node_version'],
  computer_initialized: SYSTEM,
  agent_session_start: ['session_id', 'agent_type', 'model', ...SYSTEM],
  agent_run_start: [...RUN, 'start_time', 'input_context_size', 'num_existing_messages'],
  agent_run_end: [...RUN, 'end_time', 'duration_seconds', 'num_steps', 'total_usage'],
  agent_step: [...RUN, 'step', 'timestamp', 'duration_seconds'],
  agent_usage: [...RUN, 'step', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'response_cost'],
};

const SECRET = 'correct horse battery';
const model: AgentModelFunction = ({ step }) => ({
  output: step === 1 ? { type: 'type', text: SECRET } : `I typed ${SECRET}`,
  usage: { prompt_tokens: 10, completion_tokens: 1, response_cost: 0.01 },
});

const NAMES = [
  'DESKREEL_TELEMETRY_HOST',
  'DESKREEL_TELEMETRY_ENABLED',
  'CUA_TELEMETRY_ENABLED',
  'DO_NOT_TRACK',
];
let kept: (readonly [string, string | undefined])[] = [];
function environment(variables: Record<string, string>): void {
  for (const name of NAMES) {
    const value = variables[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

let test: TestComputer;
before(async () => {
  kept = NAMES.map((name) => [name, process.env[name]] as const);
  environment({});
  test = await startComputer({ name: 'private-name' });
});
after(async () => {
  environment(Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined)));
  await test[Symbol.asyncDispose]();
});

/** A computer and an agent on it, through one run. */
async function useAll(options: object = {}): Promise<void> {
  const { url, token } = test.server.running;
  await using computer = new Computer({ url, token, desktop: 'private-name', ...options });
  await computer.run();
  await using agent = new ComputerAgent({ model, tools: [computer], ...options });
  for await (const turn of agent.run(`Type ${SECRET}`)) assert.ok(turn.output.length > 0);
}

describe('telemetry', () => {
  it('is the table’s events with the table’s fields, and nothing of a person', async () => {
    await using listener = await Listener.start();
    environment({ DESKREEL_TELEMETRY_HOST: listener.url });
    await useAll();
    const events = listener.events();
    assert.deepEqual(events.map(({ event }) => event), [
      'module_init', 'computer_initialized', 'module_init', 'agent_session_start', 'agent_run_start', 'agent_step',
      'agent_usage', 'agent_step', 'agent_usage', 'agent_run_end',
    ]); // prettier-ignore
    for (const event of events)
      assert.deepEqual(fieldsOf(event), [...(TABLE[event.event] ?? [])].sort(), event.event);
    assert.equal(new Set(events.map(({ distinct_id: id }) => id)).size, 1);
    assert.deepEqual(events.at(-1)?.properties['total_usage'], {
      prompt_tokens: 20,
      completion_tokens: 2,
      total_tokens: 22,
      response_cost: 0.02,
    });
    const sent = listener.texts.join('\n');
    const secrets = [SECRET, 'horse', process.cwd(), homedir(), test.server.data, hostname(), userInfo().username,
      'private-name', test.computer.desktop.id, test.server.running.token, 'iVBOR', 'mousepad']; // prettier-ignore
    for (const secret of secrets) assert.ok(!sent.includes(secret), `${secret} was sent`);
  });

  it('has the conversation only where it was asked for, and never pictures', async () => {
    for (const telemetryEnabled of [{ logTrajectory: true }, { log_trajectory: true }]) {
      await using listener = await Listener.start();
      environment({ DESKREEL_TELEMETRY_HOST: listener.url });
      await useAll({ telemetryEnabled });
      const told = listener.events().filter(({ properties }) => 'uploaded_trajectory' in properties);
      assert.deepEqual(
        told.map(({ event }) => event),
        ['agent_run_start', 'agent_run_end'],
      );
      assert.match(JSON.stringify(told), new RegExp(SECRET));
      assert.doesNotMatch(JSON.stringify(told), /iVBOR/);
    }
  });

  it('is silent where nobody named a host, where the option says so, and by each variable', async () => {
    await using listener = await Listener.start();
    const off: [Record<string, string>, object][] = [
      [{}, {}],
      [{ DESKREEL_TELEMETRY_HOST: listener.url }, { telemetry_enabled: false }],
      ...['0', 'false', 'no', 'off', 'OFF'].flatMap((value): [Record<string, string>, object][] => [
        [
          { DESKREEL_TELEMETRY_HOST: listener.url, DESKREEL_TELEMETRY_ENABLED: value },
          { telemetryEnabled: { logTrajectory: true } },
        ],
        [{ DESKREEL_TELEMETRY_HOST: listener.url, CUA_TELEMETRY_ENABLED: value }, {}],
      ]),
      [{ DESKREEL_TELEMETRY_HOST: listener.url, DO_NOT_TRACK: '1' }, {}],
    ];
    for (const [variables, options] of off) {
      environment(variables);
      const computer = new Computer(options);
      await using agent = new ComputerAgent({ model, tools: [computer], ...options });
      await computer.stop();
      assert.equal(typeof agent.telemetryEnabled, 'boolean');
    }
    environment({ DESKREEL_TELEMETRY_HOST: listener.url, DO_NOT_TRACK: 'yes' });
    await useAll();
    assert.deepEqual(listener.texts, []);
  });

  it('can be read off an object, and stays as it was when that was made', () => {
    environment({});
    const computer = new Computer();
    const agent = new ComputerAgent({
      model,
      tools: [computer],
      telemetry_enabled: { log_trajectory: true },
    });
    assert.deepEqual([computer.telemetryEnabled, agent.telemetryEnabled], [true, { logTrajectory: true }]);
    environment({ DO_NOT_TRACK: '1' });
    assert.deepEqual([computer.telemetryEnabled, agent.telemetryEnabled], [true, { logTrajectory: true }]);
    assert.deepEqual(
      [new Computer().telemetryEnabled, new Computer({ telemetryEnabled: true }).telemetryEnabled],
      [false, false],
    );
    assert.throws(() => Object.assign(agent, { telemetryEnabled: false }), TypeError);
    const wrong = { telemetryEnabled: 'yes' } as unknown as { telemetryEnabled: boolean };
    assert.throws(() => new Computer(wrong), { code: 'bad_request', message: /telemetryEnabled/ });
  });

  it('is sent before a process ends by itself, and a server that is away disturbs nobody', async () => {
    await using listener = await Listener.start();
    const sdk = new URL('../../sdk/index.ts', import.meta.url).href;
    const program = `import { Computer } from ${JSON.stringify(sdk)}; new Computer();`;
    const run = (host: string): Promise<{ stdout: string; stderr: string }> =>
      execute(process.execPath, ['--input-type=module', '--eval', program], {
        env: { PATH: process.env['PATH'], DESKREEL_TELEMETRY_HOST: host },
      });
    const { stdout, stderr } = await run(listener.url);
    assert.deepEqual([stdout, stderr], ['', '']);
    assert.deepEqual(
      listener.events().map(({ event }) => event),
      ['module_init', 'computer_initialized'],
    );
    const alone = await run('http://127.0.0.1:9');
    assert.deepEqual([alone.stdout, alone.stderr], ['', '']);
  });
});
