// What the tests of Predicate's page share: a page to work on, and a whole run on it, with all that a run can have.
import type { Action } from '../../../sdk/agent-runtime/actions.ts';
import type { Snapshot, SnapshotElement } from '../../../protocol/snapshot/snapshot.ts';
import { PredicateAgent, Tracer, type ModelFunction, type SnapshotSource } from '../../../sdk/index.ts';
import type { TraceEvent } from '../../../sdk/agent-tracing/sinks/sink.ts';
import { MemorySink, PNG } from './setup.ts';

/** As a page says how sure it is. */
const DIAGNOSTICS = {
  confidence: 0.95,
  reasons: ['dom_stable', 'no_pending_requests'],
  metrics: { ready_state: 'complete', quiet_ms: 500, node_count: 1234, interactive_count: 45 },
  captcha: { detected: false, provider_hint: null, confidence: 0, evidence: {} },
};

/** A shop: each action leads to another page. */
export class Shop implements SnapshotSource {
  done: Action[] = [];

  snapshot({ screenshot }: { screenshot?: boolean } = {}): Promise<Snapshot> {
    const at = this.done.length;
    const element: SnapshotElement = {
      id: 42,
      role: 'button',
      text: `Search ${'x'.repeat(at)}`,
      importance: 950,
      bbox: { x: 100, y: 50, width: 80, height: 32 },
      visual_cues: { is_primary: true, is_clickable: true },
      in_viewport: true,
      is_occluded: false,
      z_index: 10,
    };
    const snapshot: Snapshot = {
      url: `https://example.com/${at}`,
      elements: [element],
      diagnostics: DIAGNOSTICS,
    };
    return Promise.resolve(screenshot === false ? snapshot : { ...snapshot, screenshot: PNG });
  }

  act(action: Action): Promise<{ success: boolean; error?: string }> {
    if (action.element_id === 99)
      return Promise.resolve({ success: false, error: 'Element not found: id=99' });
    this.done.push(action);
    return Promise.resolve({ success: true });
  }
}

/** What the model answers, one after the other: the second goal fails once, and is tried again. */
const ANSWERS = [
  'CLICK(42)',
  'CLICK(99)',
  'TYPE(42, "search query")',
  'PRESS("Enter")',
  'NAVIGATE("https://example.org")',
  'FINISH()',
];
export const GOALS = ['Click the search box', 'Type', 'Press', 'Go', 'Finish'];

/** The events of a run of five steps, one of which recovers. */
export async function wholeRun(): Promise<TraceEvent[]> {
  const sink = new MemorySink();
  const tracer = new Tracer('a1b2c3d4-e5f6-7890-abcd-ef1234567890', sink);
  tracer.emitRunStart('PredicateAgent', 'gpt-4o', {});
  let asked = 0;
  const model: ModelFunction = () => ({
    text: ANSWERS[asked++] ?? 'FINISH()',
    model: 'gpt-4o',
    usage: { prompt_tokens: 1523, completion_tokens: 12, total_tokens: 1535 },
  });
  const agent = new PredicateAgent(new Shop(), model, { tracer });
  for (const goal of GOALS) await agent.act(goal);
  agent.runtime.beginStep('Look whether it is done');
  await agent.runtime.snapshot();
  const details = { seen: 1 };
  agent.runtime.assert(
    () => ({ passed: true, reason: 'Element found with matching text', details }),
    'Search box is visible',
    true,
  );
  agent.runtime.assertDone(() => ({ passed: true }), 'All done');
  agent.runtime.emitStepEnd();
  tracer.emitRunEnd(GOALS.length + 1, 'success');
  await tracer.close();
  return sink.events;
}
