// A client's conversation: its own order of input, and the requests that it has asked.
import type { RequestWindow } from '../requests/request-window.ts';

export class Session {
  readonly id: string;
  readonly requests: RequestWindow;
  /** When it was last heard of, by the wall clock. */
  lastMs = 0;
  #lastInput: Promise<unknown> = Promise.resolve();

  constructor(id: string, requests: RequestWindow) {
    this.id = id;
    this.requests = requests;
  }

  /** Resolves when the session's input so far is done: a command sees all earlier input of its own session. */
  inputDone(): Promise<unknown> {
    return this.#lastInput;
  }

  noteInput(work: Promise<unknown>): void {
    this.#lastInput = work;
  }
}
