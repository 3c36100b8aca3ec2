// One desktop: its record, the link to its agent, the one path of its commands, and its state.
import type { DesktopState } from '../../protocol/desktop.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { TraceInfo, TraceOptions } from '../../protocol/tracing.ts';
import { Dispatcher } from '../commands/dispatcher.ts';
import type { GuestLink } from '../commands/guest-link.ts';
import { Lane } from '../../protocol/lane.ts';
import type { CommandObserver } from '../commands/observer.ts';
import type { SessionTable } from '../commands/session-table.ts';
import type { TraceRecorder } from '../recorder/recorder.ts';
import type { DesktopRecord } from './record-store.ts';
import { mayFollow } from './states.ts';

export type StateListener = (state: DesktopState, reason: string) => void;

export interface DesktopParts {
  readonly record: DesktopRecord;
  readonly link: GuestLink;
  readonly recorder: TraceRecorder;
  readonly sessions: SessionTable;
  /** Told of every command, beside the recorder. */
  readonly watchers?: readonly CommandObserver[];
}

export class Desktop {
  readonly record: DesktopRecord;
  readonly link: GuestLink;
  readonly recorder: TraceRecorder;
  readonly dispatcher: Dispatcher;
  /** Lifecycle operations run one after the other. */
  readonly lifecycle = new Lane();
  /** It is being removed: nobody brings it back meanwhile. */
  leaving = false;
  readonly #listeners = new Set<StateListener>();
  readonly #removed = new AbortController();
  #state: DesktopState;

  constructor({ record, link, recorder, sessions, watchers = [] }: DesktopParts, state: DesktopState) {
    this.record = record;
    this.link = link;
    this.recorder = recorder;
    this.#state = state;
    this.#listeners.add((next, reason) => recorder.onState(next, reason));
    this.dispatcher = new Dispatcher(link, [this.#gate(), recorder, ...watchers], sessions);
  }

  get id(): string {
    return this.record.id;
  }

  get state(): DesktopState {
    return this.#state;
  }

  /** Ends when the desktop is removed: its sockets are closed with it. */
  get removed(): AbortSignal {
    return this.#removed.signal;
  }

  onState(listener: StateListener): void {
    this.#listeners.add(listener);
  }

  /** The only place that changes the state. Throws `conflict` where the table has no such step. */
  become(state: DesktopState, reason: string): void {
    if (state === this.#state) return;
    if (!mayFollow(this.#state, state)) {
      throw new DeskreelError('conflict', `the desktop is ${this.#state} and cannot become ${state}`);
    }
    this.#state = state;
    for (const listener of this.#listeners) listener(state, reason);
    if (state === 'removed') this.#removed.abort(new DeskreelError('not_found', 'the desktop was removed'));
  }

  /** The server stops; the desktop goes on. What runs in it is asked for by the next server. */
  letGo(): void {
    this.dispatcher.sessions.close();
    this.link.close();
  }

  /** As the recorder does it, once the agent has said what must not be recorded. */
  async startTrace(options: TraceOptions): Promise<TraceInfo> {
    if (this.#state !== 'paused') await this.link.met(this.removed);
    return this.recorder.start(options);
  }

  /** Throws where nobody in it can answer. */
  checkAnswers(): void {
    if (this.#state === 'paused') {
      throw new DeskreelError('conflict', 'the desktop is paused; resume it first');
    }
    if (this.#state === 'removed') throw new DeskreelError('not_found', 'the desktop was removed');
  }

  /** Refuses commands at once where nobody could answer them. */
  #gate(): CommandObserver {
    return {
      wish: () => undefined,
      onReply: () => undefined,
      admits: () => this.checkAnswers(),
      // It may have changed while the command waited for its turn.
      onCall: () => this.checkAnswers(),
    };
  }
}
