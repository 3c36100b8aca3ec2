// ComputerAgent with a model by its name: the official packages, asked at a service that the test starts. They read their
// addresses and keys from the environment.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ComputerAgent } from '../../sdk/index.ts';
import { withEnvironment } from '../support/environment.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { startModelService } from '../support/model-service.ts';

let test: TestComputer;
before(async () => (test = await startComputer()));
after(() => test[Symbol.asyncDispose]());

describe('a model by its name', () => {
  it('anthropic/… is asked through the official package, and is shown what its tool did', async () => {
    const message = (content: object[]): object => ({
      id: 'm1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content, stop_reason: 'tool_use',
      usage: { input_tokens: 1000, output_tokens: 100 },
    }); // prettier-ignore
    await using service = await startModelService([
      message([
        { type: 'text', text: 'I move.' },
        {
          type: 'tool_use',
          id: 't1',
          name: 'computer',
          input: { action: 'mouse_move', coordinate: [77, 88] },
        },
        {
          type: 'tool_use',
          id: 't2',
          name: 'computer',
          input: { action: 'left_click', coordinate: [9000, 1] },
        },
      ]),
      message([{ type: 'text', text: 'Done.' }]),
    ]);
    await withEnvironment({ ANTHROPIC_BASE_URL: service.url, ANTHROPIC_API_KEY: 'k' }, async () => {
      const prices = { input: 3, output: 15 };
      const options = { model: 'anthropic/claude-sonnet-4-5', tools: [test.computer], prices };
      const turns = await Array.fromAsync(new ComputerAgent(options).run('Move the pointer'));
      assert.deepEqual(
        turns.map(({ stop }) => stop),
        [undefined, 'done'],
      );
      assert.deepEqual(turns[0]?.usage.response_cost, 0.0045);
      const call = turns[0].output.find(({ type }) => type === 'computer_call');
      assert.deepEqual(call?.type === 'computer_call' && call.action, { type: 'move', x: 77, y: 88 });
    });
    assert.deepEqual(await test.desktop.getCursorPosition(), { x: 77, y: 88 });
    const [first, second] = service.asked;
    assert.equal(first?.headers['anthropic-beta'], 'computer-use-2025-01-24');
    assert.deepEqual(first.body['tools'], [
      { type: 'computer_20250124', name: 'computer', display_width_px: 1280, display_height_px: 800 },
    ]);
    const told = JSON.stringify(second?.body['messages']);
    assert.match(told, /"tool_use_id":"t1","content":\[\{"type":"image"/);
    assert.match(
      told,
      /"tool_use_id":"t2","content":\[\{"type":"text","text":"out_of_screen[^]*"is_error":true/,
    );
  });

  it('openai/… is asked through the official package, and is shown the screen after its batch', async () => {
    const response = (id: string, output: object[]): object => ({
      id, object: 'response', created_at: 1, status: 'completed', model: 'gpt-5.4', output,
      usage: { input_tokens: 50, output_tokens: 5, total_tokens: 55 },
    }); // prettier-ignore
    const actions = [{ type: 'move', x: 30, y: 40 }, { type: 'keypress', keys: ['ESC'] }]; // prettier-ignore
    const call = {
      type: 'computer_call',
      id: 'i1',
      call_id: 'c1',
      status: 'completed',
      pending_safety_checks: [],
      actions,
    };
    const said = { type: 'message', id: 'i2', role: 'assistant', status: 'completed' };
    await using service = await startModelService([
      response('r1', [call]),
      response('r2', [{ ...said, content: [{ type: 'output_text', text: 'Done.', annotations: [] }] }]),
    ]);
    await withEnvironment({ OPENAI_BASE_URL: service.url, OPENAI_API_KEY: 'k' }, async () => {
      const agent = new ComputerAgent({
        model: 'openai/gpt-5.4',
        tools: [test.computer],
        instructions: 'Be brief.',
      });
      const turns = await Array.fromAsync(agent.run('Move the pointer'));
      assert.deepEqual(
        turns.map(({ stop }) => stop),
        [undefined, 'done'],
      );
      assert.deepEqual(turns[1]?.output, [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
      ]);
    });
    assert.deepEqual(await test.desktop.getCursorPosition(), { x: 30, y: 40 });
    const [first, second] = service.asked;
    assert.deepEqual(
      [first?.path, first?.body['tools'], first?.body['instructions']],
      ['/responses', [{ type: 'computer' }], 'Be brief.'],
    );
    assert.equal(second?.body['previous_response_id'], 'r1');
    assert.match(
      JSON.stringify(second.body['input']),
      /"call_id":"c1","output":\{"type":"computer_screenshot","image_url":"data:image\/png/,
    );
  });

  it('is refused where an option is wrong', () => {
    const wrong: [object, RegExp][] = [
      [{ model: 'gpt-5' }, /anthropic\/<model>/],
      [{ model: 'openai/x', maxTrajectoryBudget: 1 }, /prices/],
      [{ model: 'openai/x', tools: [] }, /tools: one Computer/],
      [{ model: 'openai/x', max_step: 1 }, /no option maxStep/],
    ];
    for (const [options, message] of wrong) {
      const given = { tools: [test.computer], ...options } as unknown as ConstructorParameters<
        typeof ComputerAgent
      >[0];
      assert.throws(() => new ComputerAgent(given), { code: 'bad_request', message });
    }
  });
});
