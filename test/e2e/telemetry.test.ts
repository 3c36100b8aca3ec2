// Every byte of telemetry, read, row by row of Cua's page: which events there are and what is in them, what is never in
// them, and each way to silence them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { homedir, hostname, release, userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Computer, ComputerAgent, type AgentModelFunction } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { TelemetryListener, type SentEvent } from '../support/telemetry-listener.ts';

const execute = promisify(execFile);

/** What PostHog's own client adds. */
const OWN = /^\$(lib|lib_version|is_server|geoip_disable)$/;
const fieldsOf = ({ properties }: SentEvent): string[] =>
  Object.keys(properties)
    .filter((key) => !OWN.test(key))
    .sort();

const SYSTEM = ['os', 'os_version', 'node_version'];
const MODULE = ['module', 'version', 'node_version'];
const RUN = ['session_id', 'run_id'];

interface EventRow {
  readonly event: string;
  readonly fields: readonly string[];
  /** Tells it from others of its name. */
  readonly with?: Record<string, unknown>;
  /** How many a run of two steps sends. */
  readonly times: number;
}

/** The two tables of events. `node_version` stands where the page has Python's. */
const EVENTS: Readonly<Record<'computer' | 'agent', readonly EventRow[]>> = {
  computer: [
    { event: 'computer_initialized', fields: SYSTEM, times: 1 },
    { event: 'module_init', fields: MODULE, with: { module: 'computer' }, times: 1 },
  ],
  agent: [
    { event: 'module_init', fields: MODULE, with: { module: 'agent' }, times: 1 },
    { event: 'agent_session_start', fields: ['session_id', 'agent_type', 'model', ...SYSTEM], times: 1 },
    { event: 'agent_run_start', fields: [...RUN, 'start_time', 'input_context_size', 'num_existing_messages'], times: 1 },
    { event: 'agent_run_end', fields: [...RUN, 'end_time', 'duration_seconds', 'num_steps', 'total_usage'], times: 1 },
    { event: 'agent_step', fields: [...RUN, 'step', 'timestamp', 'duration_seconds'], times: 2 },
    { event: 'agent_usage', fields: [...RUN, 'step', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'response_cost'], times: 2 },
  ],
}; // prettier-ignore

const SAID = 'correct horse battery';
const ANSWERED = 'wrong donkey';
const IN_FILE = 'ledger of the household';
const PATH = '/tmp/household.txt';
const model: AgentModelFunction = ({ step }) => ({
  output: step === 1 ? { type: 'type', text: SAID } : `I typed it: ${ANSWERED}`,
  usage: { prompt_tokens: 10, completion_tokens: 1, response_cost: 0.01 },
});

const HOST = 'DESKREEL_TELEMETRY_HOST';
const NAMES = [HOST, 'DESKREEL_TELEMETRY_ENABLED', 'CUA_TELEMETRY_ENABLED', 'DO_NOT_TRACK'];
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

/** A computer and an agent on it, through one run of two steps. */
async function useAll(options: object = {}): Promise<void> {
  const { url, token } = test.server.running;
  await using computer = new Computer({ url, token, desktop: 'private-name', ...options });
  await computer.run();
  await computer.interface.writeText(PATH, IN_FILE);
  assert.equal(await computer.interface.readText(PATH), IN_FILE);
  await using agent = new ComputerAgent({ model, tools: [computer], ...options });
  for await (const turn of agent.run(`Type ${SAID}`)) assert.ok(turn.output.length > 0);
}

describe('an event', () => {
  let listener: TelemetryListener;
  before(async () => {
    listener = await TelemetryListener.start();
    environment({ [HOST]: listener.url });
    await useAll();
  });
  after(() => listener[Symbol.asyncDispose]());

  const matching = (row: EventRow): SentEvent[] =>
    listener
      .events()
      .filter(({ event, properties }) =>
        Object.entries({ event, ...row.with }).every(([key, value]) =>
          key === 'event' ? event === row.event : properties[key] === value,
        ),
      );

  it('has a row of the tables, and each row its event', () => {
    assert.deepEqual([EVENTS.computer.length, EVENTS.agent.length], [2, 6]);
    const rows = [...EVENTS.computer, ...EVENTS.agent];
    const expected = rows.reduce((sum, { times }) => sum + times, 0);
    assert.equal(listener.events().length, expected);
  });

  for (const [sdk, rows] of Object.entries(EVENTS)) {
    for (const row of rows) {
      it(`${row.event} of ${sdk} has exactly its fields`, () => {
        const sent = matching(row);
        assert.equal(sent.length, row.times);
        for (const one of sent) {
          assert.deepEqual(fieldsOf(one), [...row.fields].sort());
          assert.ok(Object.values(one.properties).every((value) => value !== undefined && value !== ''));
        }
      });
    }
  }

  it('comes when the page says', () => {
    assert.deepEqual(listener.events().map(({ event }) => event), [
      'module_init', 'computer_initialized', 'module_init', 'agent_session_start', 'agent_run_start', 'agent_step',
      'agent_usage', 'agent_step', 'agent_usage', 'agent_run_end',
    ]); // prettier-ignore
  });

  /** What the page says is collected, and where it is. */
  const COLLECTED: Readonly<Record<string, (events: readonly SentEvent[]) => void>> = {
    'system info': (events) => {
      const properties = events.find(({ event }) => event === 'computer_initialized')?.properties;
      assert.equal(properties?.['os'], process.platform);
      assert.equal(properties['os_version'], release());
      assert.equal(properties['node_version'], process.versions.node);
    },
    'module initialization': (events) => {
      const modules = events.filter(({ event }) => event === 'module_init');
      assert.deepEqual(modules.map(({ properties }) => properties['module']), ['computer', 'agent']); // prettier-ignore
      assert.ok(modules.every(({ properties }) => /^\d+\.\d+\.\d+/.test(String(properties['version']))));
    },
    performance: (events) => {
      const properties = events.at(-1)?.properties;
      assert.deepEqual(properties?.['total_usage'], {
        prompt_tokens: 20,
        completion_tokens: 2,
        total_tokens: 22,
        response_cost: 0.02,
      });
      assert.equal(properties['num_steps'], 2);
      assert.ok(Number(properties['duration_seconds']) > 0);
    },
    'session tracking': (events) => {
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4/;
      const agents = events.filter(({ event }) => event.startsWith('agent_'));
      const ids = (key: string): Set<unknown> =>
        new Set(agents.flatMap(({ properties }) => properties[key] ?? []));
      for (const key of ['session_id', 'run_id']) {
        assert.equal(ids(key).size, 1);
        assert.match(String([...ids(key)][0]), uuid);
      }
      assert.equal(new Set(events.map(({ distinct_id: id }) => id)).size, 1);
    },
  };
  it('of four sorts', () => assert.equal(Object.keys(COLLECTED).length, 4));
  for (const [row, check] of Object.entries(COLLECTED)) {
    it(`tells of ${row}`, () => check(listener.events()));
  }

  /** What the page says is never collected, and how it would show. */
  const NEVER: Readonly<Record<string, () => string[]>> = {
    'personal information or user identifiers': () => [hostname(), userInfo().username, homedir(), 'private-name', test.computer.desktop.id],
    'API keys or credentials': () => [test.server.running.token],
    'file contents or application data': () => [IN_FILE, PATH, process.cwd(), test.server.data],
    screenshots: () => ['iVBOR', '/9j/'],
    'text being typed or model outputs': () => [SAID, 'horse', ANSWERED, 'donkey'],
  }; // prettier-ignore
  it('leaves out five sorts', () => assert.equal(Object.keys(NEVER).length, 5));
  for (const [row, secrets] of Object.entries(NEVER)) {
    it(`has no ${row}`, () => {
      for (const secret of secrets()) assert.ok(!listener.sent.includes(secret), `${secret} was sent`);
    });
  }
});

describe('the trajectory', () => {
  for (const telemetryEnabled of [{ logTrajectory: true }, { log_trajectory: true }]) {
    it(`is sent where ${JSON.stringify(telemetryEnabled)} asks for it: what was said and done, and never pictures`, async () => {
      await using listener = await TelemetryListener.start();
      environment({ [HOST]: listener.url });
      await useAll({ telemetryEnabled });
      const told = listener.events().filter(({ properties }) => 'uploaded_trajectory' in properties);
      assert.deepEqual(
        told.map(({ event }) => event),
        ['agent_run_start', 'agent_run_end'],
      );
      const text = JSON.stringify(told[1]);
      for (const part of [`Type ${SAID}`, `"text":"${SAID}"`, ANSWERED]) assert.ok(text.includes(part), part);
      assert.doesNotMatch(listener.sent, /iVBOR|\/9j\//);
    });
  }

  it('is not sent where it is false', async () => {
    await using listener = await TelemetryListener.start();
    environment({ [HOST]: listener.url });
    await useAll({ telemetryEnabled: { logTrajectory: false } });
    assert.ok(listener.events().length > 0);
    assert.ok(!listener.sent.includes(SAID));
  });
});

interface Silence {
  readonly name: string;
  readonly variables?: Record<string, string>;
  readonly options?: object;
  readonly noHost?: true;
}

const OFF = ['0', 'false', 'no', 'off'];
const SILENCED: readonly Silence[] = [
  ...OFF.map((value) => ({ name: `DESKREEL_TELEMETRY_ENABLED=${value}`, variables: { DESKREEL_TELEMETRY_ENABLED: value } })),
  ...OFF.map((value) => ({ name: `CUA_TELEMETRY_ENABLED=${value}`, variables: { CUA_TELEMETRY_ENABLED: value } })),
  { name: 'CUA_TELEMETRY_ENABLED=" False "', variables: { CUA_TELEMETRY_ENABLED: ' False ' } },
  { name: 'DESKREEL_TELEMETRY_ENABLED=OFF', variables: { DESKREEL_TELEMETRY_ENABLED: 'OFF' } },
  { name: 'DO_NOT_TRACK=1', variables: { DO_NOT_TRACK: '1' } },
  { name: 'DO_NOT_TRACK=true', variables: { DO_NOT_TRACK: 'true' } },
  { name: 'telemetryEnabled: false', options: { telemetryEnabled: false } },
  { name: 'telemetry_enabled: false', options: { telemetry_enabled: false } },
  { name: 'no host named', noHost: true },
  { name: 'one variable on and another off', variables: { DESKREEL_TELEMETRY_ENABLED: '1', CUA_TELEMETRY_ENABLED: '0' } },
  { name: 'a variable, over an option that asks for more', variables: { CUA_TELEMETRY_ENABLED: 'no' }, options: { telemetryEnabled: { logTrajectory: true } } },
]; // prettier-ignore

const NOT_SILENCED: readonly Silence[] = [
  { name: 'CUA_TELEMETRY_ENABLED=1', variables: { CUA_TELEMETRY_ENABLED: '1' } },
  { name: 'DESKREEL_TELEMETRY_ENABLED=true', variables: { DESKREEL_TELEMETRY_ENABLED: 'true' } },
  { name: 'DO_NOT_TRACK=0', variables: { DO_NOT_TRACK: '0' } },
  { name: 'telemetryEnabled: true', options: { telemetryEnabled: true } },
];

describe('not one byte is sent with', () => {
  it('each of seventeen settings', () => assert.equal(SILENCED.length, 17));
  for (const { name, variables = {}, options = {}, noHost } of SILENCED) {
    it(name, async () => {
      await using listener = await TelemetryListener.start();
      environment({ ...(noHost ? {} : { [HOST]: listener.url }), ...variables });
      await useAll(options);
      assert.deepEqual([listener.connections, listener.bytes], [0, 0]);
    });
  }
});

describe('bytes are sent with', () => {
  for (const { name, variables = {}, options = {} } of NOT_SILENCED) {
    it(name, async () => {
      await using listener = await TelemetryListener.start();
      environment({ [HOST]: listener.url, ...variables });
      await useAll(options);
      assert.equal(listener.events().filter(({ event }) => event === 'agent_run_end').length, 1);
      assert.ok(listener.bytes > 0);
    });
  }
});

describe('the setting', () => {
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
    assert.throws(() => Object.assign(computer, { telemetryEnabled: false }), TypeError);
    const wrong = { telemetryEnabled: 'yes' } as unknown as { telemetryEnabled: boolean };
    assert.throws(() => new Computer(wrong), { code: 'bad_request', message: /telemetryEnabled/ });
  });
});

describe('what is left', () => {
  it('is sent before a process ends by itself, and a server that is away disturbs nobody', async () => {
    await using listener = await TelemetryListener.start();
    const sdk = new URL('../../sdk/index.ts', import.meta.url).href;
    const program = `import { Computer } from ${JSON.stringify(sdk)}; new Computer();`;
    const run = (host: string): Promise<{ stdout: string; stderr: string }> =>
      execute(process.execPath, ['--input-type=module', '--eval', program], {
        env: { PATH: process.env['PATH'], [HOST]: host },
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
