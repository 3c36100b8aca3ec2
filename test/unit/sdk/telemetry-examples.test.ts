// The examples of Cua's two pages on telemetry, in TypeScript, as they read there. None of them needs a desktop.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Computer, ComputerAgent } from '../../../sdk/index.ts';

const NAMES = ['DESKREEL_TELEMETRY_ENABLED', 'CUA_TELEMETRY_ENABLED', 'DO_NOT_TRACK'];
let kept: NodeJS.ProcessEnv = {};
beforeEach(() => {
  kept = { ...process.env };
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
});
afterEach(() => {
  process.env = kept;
});

/** What a script prints under these variables. */
async function printed(program: string, variables: Record<string, string>): Promise<string> {
  const sdk = new URL('../../../sdk/index.ts', import.meta.url).href;
  const code = `import { Computer, ComputerAgent } from ${JSON.stringify(sdk)};\n${program}`;
  const env = { ...process.env, ...variables };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env,
  });
  return stdout;
}
const CHECK = 'console.log(new Computer().telemetryEnabled)';

describe('the page on telemetry', () => {
  it('Environment Variable', async () => {
    assert.equal(await printed(CHECK, { CUA_TELEMETRY_ENABLED: 'false' }), 'false\n');
  });

  it('Per Instance, and Check Status', () => {
    // Disable for Computer
    const computer = new Computer({ osType: 'linux', providerType: 'docker', telemetryEnabled: false });
    // Disable for Agent
    const agent = new ComputerAgent({
      model: 'anthropic/claude-sonnet-4-5-20250929',
      tools: [computer],
      telemetryEnabled: false,
    });
    assert.equal(computer.telemetryEnabled, false); // true or false
    assert.equal(agent.telemetryEnabled, false); // true, false, or an object
  });

  it('Enabling Trajectory Logging', () => {
    const agent = new ComputerAgent({
      model: 'anthropic/claude-sonnet-4-5-20250929',
      tools: [new Computer()],
      telemetryEnabled: { logTrajectory: true },
    });
    assert.deepEqual(agent.telemetryEnabled, { logTrajectory: true });
  });
});

describe('the source of the page on telemetry', () => {
  it('Environment Variable (Global Control)', async () => {
    // Disable telemetry before running your script: export CUA_TELEMETRY_ENABLED=false
    for (const value of ['0', 'false', 'no', 'off']) {
      process.env['CUA_TELEMETRY_ENABLED'] = value;
      assert.equal(new Computer().telemetryEnabled, false, value);
    }
    // Or as part of the command
    assert.equal(await printed(CHECK, { CUA_TELEMETRY_ENABLED: '1' }), 'true\n');
  });

  it('Or from the program', () => {
    process.env['CUA_TELEMETRY_ENABLED'] = 'false';
    assert.equal(new Computer().telemetryEnabled, false);
  });

  it('Computer SDK', () => {
    // Enable telemetry (default)
    assert.equal(new Computer({ telemetryEnabled: true }).telemetryEnabled, true);
    // Disable telemetry
    assert.equal(new Computer({ telemetryEnabled: false }).telemetryEnabled, false);
  });

  it('Agent SDK, and the check of an instance', () => {
    // Basic telemetry - performance metrics only (opt-out, enabled by default)
    const basic = new ComputerAgent({ model: 'claude-3-5-sonnet-20241022', telemetryEnabled: true });
    assert.equal(basic.telemetryEnabled, true);
    // Enable telemetry with full conversation trajectory logging (opt-in)
    const logging = new ComputerAgent({
      model: 'claude-3-5-sonnet-20241022',
      telemetryEnabled: { logTrajectory: true }, // Logs full conversation items
    });
    assert.deepEqual(logging.telemetryEnabled, { logTrajectory: true });
    // Disable telemetry completely
    const silent = new ComputerAgent({ model: 'claude-3-5-sonnet-20241022', telemetryEnabled: false });
    assert.equal(silent.telemetryEnabled, false);
    // Disable telemetry completely using environment variables
    process.env['CUA_TELEMETRY_ENABLED'] = 'false';
    assert.equal(new ComputerAgent({ model: 'claude-3-5-sonnet-20241022' }).telemetryEnabled, false);
  });

  it('an agent that was made without a computer says so when it is to run', async () => {
    const agent = new ComputerAgent({ model: 'claude-3-5-sonnet-20241022', telemetryEnabled: false });
    await assert.rejects(agent.run('go').next(), { code: 'bad_request', message: /tools: one Computer/ });
  });
});
