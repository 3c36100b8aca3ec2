// Clients that keep a desktop busy while something is killed, and remember what they were answered.
import assert from 'node:assert/strict';
import type { CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError, type CommandSession } from '../../sdk/index.ts';
import { rowsOf, type SavedTrace } from './saved-trace.ts';
import { eventually } from './server.ts';

/** A command whose client saw how it ended. Times are `performance.now()`. */
export interface Answered {
  /** Its `step_id` in what is recorded; no two commands of a test have the same. */
  readonly step: string;
  readonly success: boolean;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** How a command ends that a death left without an answer, or that the next server knows no more of. */
const NO_ANSWER = ['cancelled', 'unknown_outcome', 'guest_unavailable'];

const INPUTS: readonly ((count: number) => readonly [CommandName, object])[] = [
  (count) => ['type_text', { text: `word-${count} ` }],
  (count) => ['move_cursor', { x: 300 + (count % 500), y: 300 + (count % 200) }],
  () => ['press_key', { key: 'enter' }],
  () => ['scroll_down', { clicks: 1 }],
];

const READS: readonly ((count: number) => readonly [CommandName, object])[] = [
  (count) => ['read_text', { path: `/absent-${count}` }],
  () => ['screenshot', {}],
  () => ['get_cursor_position', {}],
  (count) => ['run_command', { command: `echo ${count}` }],
];

/** A window that takes what is typed. Resolves when it is there. */
export async function openEditor(session: CommandSession): Promise<void> {
  const editor = { app: 'mousepad' };
  await session.call('launch', editor);
  await eventually(async () => {
    const { windows } = (await session.call('get_application_windows', editor)) as { windows: unknown[] };
    assert.ok(windows.length > 0);
  });
}

/** Inputs and reads that flow into a desktop by one session until they are ended. */
export class BusyClient {
  readonly answered: Answered[] = [];
  readonly #session: CommandSession;
  readonly #label: string;
  readonly #over = new AbortController();
  readonly #flowing: Promise<unknown>;

  constructor(session: CommandSession, label: string) {
    this.#session = session;
    this.#label = label;
    this.#flowing = Promise.all([this.#flow('input', INPUTS), this.#flow('read', READS)]);
  }

  /** Resolves when so many more commands were answered, that were asked after now. */
  async more(count: number, withinMs?: number): Promise<void> {
    const nowMs = performance.now();
    await eventually(() => {
      const since = this.answered.filter(({ askedMs }) => askedMs > nowMs);
      assert.ok(since.length >= count, `${since.length} commands answered`);
      return Promise.resolve();
    }, withinMs);
  }

  /** Ends the flow, and what is under way without an answer. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#session.close();
    await this.#flowing;
  }

  async #flow(lane: string, kinds: typeof INPUTS): Promise<void> {
    for (let count = 0; !this.#over.signal.aborted; count += 1) {
      const kind = kinds[count % kinds.length];
      assert.ok(kind);
      const [method, params] = kind(count);
      const step = `${this.#label}-${lane}-${count}`;
      const askedMs = performance.now();
      const success = await this.#ask(method, params, step);
      if (success !== undefined)
        this.answered.push({ step, success, askedMs, answeredMs: performance.now() });
    }
  }

  /** Undefined where nobody can say how it ended. */
  async #ask(method: CommandName, params: object, step: string): Promise<boolean | undefined> {
    try {
      await this.#session.call(method, params, { stepId: step });
      return true;
    } catch (error) {
      if (!(error instanceof DeskreelError)) throw error;
      if (error.code === 'command_failed') return false;
      if (NO_ANSWER.includes(error.code)) return undefined;
      throw error;
    }
  }
}

/** Those of the commands that are not recorded exactly once, with the outcome that the client was told. */
export function missingIn({ rows }: SavedTrace, answered: readonly Answered[]): string[] {
  const outcomes = new Map(rowsOf(rows, 'reply').map(({ data }) => [data.call_id, data.success]));
  const recorded = new Map<string, (boolean | undefined)[]>();
  for (const { step_id: step = '', data } of rowsOf(rows, 'call')) {
    recorded.set(step, [...(recorded.get(step) ?? []), outcomes.get(data.call_id)]);
  }
  return answered
    .filter(({ step, success }) => {
      const found = recorded.get(step) ?? [];
      return found.length !== 1 || found[0] !== success;
    })
    .map(({ step, success }) => `${step} (${success}): ${String(recorded.get(step) ?? 'not recorded')}`);
}
