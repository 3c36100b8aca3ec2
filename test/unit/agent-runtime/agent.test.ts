// The agent that is told goals, with scripted models: what it asks, does, verifies and tries again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../protocol/snapshot/snapshot.ts';
import { parseAction, type Action } from '../../../sdk/agent-runtime/actions.ts';
import { PredicateAgent } from '../../../sdk/agent-runtime/agent.ts';
import type { AgentConfig } from '../../../sdk/agent-runtime/config.ts';
import type { ModelClient, ModelFunction } from '../../../sdk/agent-runtime/model.ts';
import { Tracer } from '../../../sdk/agent-tracing/tracer.ts';
import { MemorySink, snapshotOf } from '../agent-tracing/setup.ts';

const OTHER_WORDS = ['start', 'going on', 'nearly there', 'end'];

/** A form whose first element is a password field; each action changes what it shows. */
class Form {
  done: Action[] = [];
  snapshot(): Promise<Snapshot> {
    const snapshot = snapshotOf([10, 20, 30], { url: 'https://form.example' });
    for (const element of snapshot.elements) element.text = OTHER_WORDS[this.done.length] ?? 'over';
    if (snapshot.elements[0]) snapshot.elements[0].is_password = true;
    return Promise.resolve(snapshot);
  }
  act(action: Action): Promise<{ success: boolean; error?: string }> {
    if (action.element_id === 99)
      return Promise.resolve({ success: false, error: 'Element not found: id=99' });
    this.done.push(action);
    return Promise.resolve({ success: true });
  }
}

function agentWith(
  model: ModelFunction | ModelClient,
  config?: AgentConfig,
): { agent: PredicateAgent; sink: MemorySink; form: Form } {
  const sink = new MemorySink();
  const form = new Form();
  const tracer = new Tracer('run', sink);
  const agent = new PredicateAgent(form, model, { tracer, ...(config ? { config } : {}) });
  return { agent, sink, form };
}

const types = (sink: MemorySink): string => sink.events.map(({ type }) => type).join(' ');

describe('agent.act', () => {
  it('looks, asks, acts, verifies and tells it all', async () => {
    const prompts: string[] = [];
    const { agent, sink, form } = agentWith(
      ({ prompt, system, temperature }) => {
        prompts.push(prompt);
        assert.match(system, /CLICK\(id\)/);
        assert.equal(temperature, 0.5);
        return 'I will click it: CLICK(2)';
      },
      { temperature: 0.5 },
    );
    const result = await agent.act('Press the button');
    assert.equal(result.success, true);
    assert.deepEqual(form.done, [{ kind: 'click', element_id: 2, raw: 'CLICK(2)' }]);
    assert.match(prompts[0] ?? '', /^Goal: Press the button\nPlace: https:\/\/form\.example\n/);
    assert.match(prompts[0] ?? '', /\[2\] <button> "start"/);
    assert.equal(types(sink), 'step_start snapshot llm_called action verification snapshot step_end');
    assert.ok(sink.events.every(({ step_id }) => step_id === result.stepId));
    const end = sink.events.at(-1)?.data as Record<string, Record<string, unknown> | null>;
    assert.equal(end['exec']?.['outcome'], 'screen_updated');
    assert.equal(end['recovery'], null);
  });

  it('tries again, and tells the model why', async () => {
    const prompts: string[] = [];
    const { agent, sink } = agentWith(({ prompt }) => {
      prompts.push(prompt);
      return prompts.length === 1 ? 'CLICK(99)' : 'CLICK(2)';
    });
    const result = await agent.act('Press');
    assert.deepEqual([result.success, result.attempts], [true, 2]);
    assert.match(prompts[1] ?? '', /The attempt before this one failed: Element not found: id=99/);
    assert.equal(
      types(sink),
      'step_start snapshot llm_called action error recovery step_start snapshot llm_called action verification snapshot step_end',
    );
    const error = sink.events.find(({ type }) => type === 'error');
    assert.deepEqual(error?.data, { step_id: result.stepId, error: 'Element not found: id=99', attempt: 0 });
    assert.deepEqual(sink.events.at(-1)?.data['recovery'], {
      attempted: true,
      success: true,
      strategy: 'retry',
      attempts: [{ attempt: 0, error: 'Element not found: id=99' }],
    });
  });

  it('fails, and says why, when it has been tried often enough', async () => {
    let asked = 0;
    const { agent, sink } = agentWith(
      () => {
        asked += 1;
        throw new Error('the model is away');
      },
      { maxRetries: 2 },
    );
    const result = await agent.act('Press');
    assert.deepEqual([result.success, result.error, asked], [false, 'the model is away', 3]);
    const { exec, verify } = sink.events.at(-1)?.data as Record<string, Record<string, unknown>>;
    assert.equal(exec?.['error'], 'the model is away');
    assert.equal(verify?.['passed'], false);
  });

  it('does not take an answer for an action that is none', async () => {
    const { agent, sink, form } = agentWith(() => 'I would rather not', { maxRetries: 0 });
    const result = await agent.act('Press');
    assert.match(result.error ?? '', /"I would rather not": it calls for no action/);
    assert.equal(form.done.length, 0);
    assert.equal(sink.events[2]?.data['response_text'], 'I would rather not');
  });

  it('keeps a password out of the trace', async () => {
    const { agent, sink, form } = agentWith(() => 'TYPE(1, "hunter2")');
    await agent.act('Log in');
    assert.equal(form.done[0]?.text, 'hunter2');
    assert.ok(!JSON.stringify(sink.events).includes('hunter2'));
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const { agent } = agentWith(
      () => {
        stop.abort();
        return 'CLICK(99)';
      },
      { maxRetries: 5 },
    );
    const result = await agent.act('Press', { signal: stop.signal });
    assert.deepEqual([result.success, result.attempts], [false, 1]);
  });
});

describe('a model', () => {
  it('may be a client of the official packages', async () => {
    const bodies: Record<string, unknown>[] = [];
    const openai = {
      chat: {
        completions: {
          create: (body: Record<string, unknown>) => {
            bodies.push(body);
            return Promise.resolve({
              model: 'gpt-4o-2024',
              choices: [{ message: { content: 'CLICK(2)' } }],
              usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
            });
          },
        },
      },
    };
    const anthropic = {
      messages: {
        create: (body: Record<string, unknown>) => {
          bodies.push(body);
          return Promise.resolve({
            model: 'claude',
            content: [{ type: 'text', text: 'CLICK(2)' }],
            usage: { input_tokens: 5, output_tokens: 2 },
          });
        },
      },
    };
    for (const client of [openai, anthropic]) {
      const { agent, sink } = agentWith({ client, model: 'm' });
      assert.equal((await agent.act('Press')).success, true);
      const called = sink.events.find(({ type }) => type === 'llm_called');
      assert.deepEqual(called?.data['usage'], { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 });
      assert.match(String(called.data['response_hash']), /^sha256:/);
    }
    assert.deepEqual(
      bodies.map(({ model }) => model),
      ['m', 'm'],
    );
  });
});

describe('parseAction', () => {
  it('reads what models say', () => {
    const raw = (text: string): Action => {
      const action = parseAction(text);
      delete action.raw;
      return action;
    };
    assert.deepEqual(raw('CLICK(42)'), { kind: 'click', element_id: 42 });
    assert.deepEqual(raw('So: type( 3 , "a \\"b\\", c)\\n" ).'), {
      kind: 'type',
      element_id: 3,
      text: 'a "b", c)\n',
    });
    assert.deepEqual(raw("TYPE(3, 'it''s')".replace("''", "\\'")), {
      kind: 'type',
      element_id: 3,
      text: "it's",
    });
    assert.deepEqual(raw('TYPE(3, "two\nlines")'), { kind: 'type', element_id: 3, text: 'two\nlines' });
    assert.deepEqual(raw('PRESS("ctrl+s")'), { kind: 'press', key: 'ctrl+s' });
    assert.deepEqual(raw('SCROLL("down")'), { kind: 'scroll', direction: 'down' });
    assert.deepEqual(raw('NAVIGATE("https://a.example")'), { kind: 'navigate', url: 'https://a.example' });
    assert.deepEqual(raw('FINISH()'), { kind: 'finish' });
  });

  it('refuses the rest', () => {
    for (const text of [
      '',
      'CLICK',
      'CLICK()',
      'CLICK("a")',
      'TYPE(3)',
      'SCROLL("in")',
      'CLICK(42',
      'PRESS()',
    ]) {
      assert.throws(() => parseAction(text), { code: 'bad_request' }, text);
    }
  });
});
