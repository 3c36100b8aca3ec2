// A run as a folder, turn by turn, in the layout of Cua's agents, so that their viewer shows it:
// <day>_<model>_<time>_<4 hex>/metadata.json and turn_000/0000_api_start.json, …_api_result, …_screenshot, …_agent_response.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../server/fs-atomic.ts';
import type { ModelTurn } from './conversation.ts';
import { withoutImages } from './items.ts';
import type { RunFacts, RunObserver, RunResult, StepFacts, StepResult } from './observer.ts';
import { NO_USAGE, type AgentUsage } from './usage.ts';

const MODEL_LETTERS = 16;

export class TrajectoryFolder implements RunObserver {
  readonly #dir: string;
  #run: RunFacts | undefined;
  #path = '';
  #artifacts = 0;

  /** `dir`: the folder that gets one of the run's own. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The run's own folder, once it has begun. */
  get path(): string {
    return this.#path;
  }

  async runStarted(run: RunFacts): Promise<void> {
    this.#run = run;
    this.#path = join(this.#dir, folderName(run.model, new Date(run.startedMs)));
    await mkdir(this.#dir, { recursive: true });
    // Not recursive: a folder that is there already is another run's.
    await mkdir(this.#path);
    await this.#saveMetadata('running', NO_USAGE);
  }

  async answered(step: StepFacts, turn: ModelTurn): Promise<void> {
    await mkdir(this.#turn(step));
    this.#artifacts = 0;
    if (step.step === 1) await this.#savePicture(step, step.before.data);
    await this.#saveJson(step, 'api_start', { kwargs: turn.request });
    await this.#saveJson(step, 'api_result', { kwargs: turn.request, result: turn.answer });
  }

  async stepEnded(step: StepFacts, { output, turn, after }: StepResult): Promise<void> {
    await this.#savePicture(step, after.data);
    const model = this.#run?.model;
    await this.#saveJson(step, 'agent_response', {
      model,
      response: {
        id: `${this.#run?.runId}_step-${step.step}`,
        object: 'response',
        created_at: Math.floor((this.#run?.startedMs ?? 0) / 1000),
        status: 'completed',
        model,
        output,
        usage: turn.usage,
      },
    });
  }

  async runEnded({ usage, stop, error, steps, output, endedMs }: RunResult): Promise<void> {
    const status = error === undefined ? 'completed' : 'failed';
    await this.#saveMetadata(status, usage, {
      completed_at: new Date(endedMs).toISOString(),
      stop: stop ?? null,
      total_turns: steps,
      new_items: withoutImages(output),
    });
  }

  async #saveMetadata(status: string, usage: AgentUsage, more: object = {}): Promise<void> {
    const run = this.#run;
    if (!run) return;
    const metadata = {
      trajectory_id: this.#path.slice(this.#dir.length + 1),
      run_id: run.runId,
      created_at: new Date(run.startedMs).toISOString(),
      status,
      model: run.model,
      kwargs: { messages: withoutImages(run.messages), instructions: run.instructions ?? null },
      total_usage: usage,
      ...more,
    };
    await writeFileAtomic(join(this.#path, 'metadata.json'), `${JSON.stringify(metadata, undefined, 2)}\n`);
  }

  #turn({ step }: StepFacts): string {
    return join(this.#path, `turn_${String(step - 1).padStart(3, '0')}`);
  }

  async #saveJson(step: StepFacts, name: string, value: unknown): Promise<void> {
    const text = JSON.stringify(withoutImages(value), undefined, 2);
    await writeFile(this.#next(step, `${name}.json`), `${text}\n`);
  }

  async #savePicture(step: StepFacts, base64: string): Promise<void> {
    await writeFile(this.#next(step, 'screenshot.png'), Buffer.from(base64, 'base64'));
  }

  #next(step: StepFacts, name: string): string {
    const number = String(this.#artifacts++).padStart(4, '0');
    return join(this.#turn(step), `${number}_${name}`);
  }
}

/** `2026-11-25_claude-sonnet-4_143052_1a2b`. */
function folderName(model: string, at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const short = (model.split('/').at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');
  const clock = time.slice(0, 8).replaceAll(':', '');
  return `${day}_${short.slice(0, MODEL_LETTERS)}_${clock}_${randomBytes(2).toString('hex')}`;
}
