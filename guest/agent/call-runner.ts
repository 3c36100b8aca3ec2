// Carries the calls of a server out, each once, whichever link they come over: a server that was restarted asks again.
import { parseWith } from '../../protocol/codec.ts';
import { COMMANDS, resolveCommand, type CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import { packLinkMessage, type CaptureWish, type FromGuest, type ToGuest } from '../../protocol/link.ts';
import type { Captures } from '../capture/captures.ts';
import type { Call } from '../handlers.ts';
import type { Clock } from '../clock.ts';
import type { PrivacyGuard } from '../privacy/guard.ts';
import { CallMemory, type LinkFrame, type Reply } from './call-memory.ts';
import { runCall, type Execute, type Executed } from './run-call.ts';
import type { Sessions } from './sessions.ts';

export type CallMessage = Extract<ToGuest, { type: 'call' }>;
type ReplyMessage = Extract<FromGuest, { type: 'reply' }>;

/** An input goes on for so long when its server goes away; other commands go on to their deadlines. Milliseconds. */
const ALONE_MS = 10_000;

export interface CallRunnerParts {
  readonly execute: Execute;
  readonly sessions: Sessions;
  readonly guard: Pick<PrivacyGuard, 'active' | 'coverAnswer'>;
  readonly clock: Clock;
}

export class CallRunner {
  readonly #parts: CallRunnerParts;
  readonly #memory = new CallMemory();
  readonly #running = new Map<string, { stop: AbortController; input: boolean }>();
  #links = 0;
  #stayAlone: (() => void) | undefined;

  constructor(parts: CallRunnerParts) {
    this.#parts = parts;
  }

  /** The reply to a call, as it goes over the link. Never rejects. */
  reply(message: CallMessage, captures: Captures): Promise<LinkFrame> {
    const { call_id: callId } = message;
    const known = this.#memory.get(callId);
    if (known) return known;
    if (message.again && !this.#memory.whole) return Promise.resolve(forgotten(callId));
    return this.#memory.add(callId, this.#answer(message, captures));
  }

  cancel(callId: string): void {
    this.#running.get(callId)?.stop.abort();
  }

  /** A server is there. */
  linkOpened(): void {
    this.#links += 1;
    this.#stayAlone?.();
    this.#stayAlone = undefined;
  }

  linkClosed(): void {
    this.#links -= 1;
    if (this.#links === 0) this.#stayAlone = this.#parts.clock.after(ALONE_MS, () => this.#stopInputs());
  }

  #stopInputs(): void {
    for (const { stop, input } of this.#running.values()) if (input) stop.abort();
  }

  async #answer(message: CallMessage, captures: Captures): Promise<Reply> {
    const started = Date.now();
    const from = performance.now();
    const command = resolveCommand(message.command);
    const about = { type: 'reply', call_id: message.call_id, started_ms: started } as const;
    const idempotent = command !== undefined && COMMANDS[command].idempotent;
    const done = (
      told: Pick<ReplyMessage, 'success' | 'result' | 'error' | 'recorded' | 'image_private'>,
      image?: Executed['image'],
    ): Reply => {
      const reply = { ...about, ...told, duration_ms: performance.now() - from };
      const { success } = told;
      if (!image) return { frame: JSON.stringify(reply), success, idempotent };
      return { frame: packLinkMessage({ ...reply, image: image.info }, image.png), success, idempotent };
    };
    try {
      const { result, image } = await this.#run(message, command, captures);
      const isPrivate = image !== undefined && this.#parts.guard.active;
      // The recorder's own copy may be there before the reply.
      if (isPrivate) captures.requested(message.call_id, image.shot);
      const hidden = isPrivate ? { image_private: true } : await this.#parts.guard.coverAnswer(result);
      return done({ success: true, result, ...hidden }, image);
    } catch (thrown) {
      return done({ success: false, error: toDeskreelError(thrown, 'command_failed').toBody() });
    }
  }

  async #run(message: CallMessage, command: CommandName | undefined, captures: Captures): Promise<Executed> {
    if (!command) throw new DeskreelError('unknown_command', `this agent has no command ${message.command}`);
    const params = parseWith(COMMANDS[command].params, message.params, command, 'bad_params');
    const { call_id: id, session, timeout_ms: timeoutMs } = message;
    const { execute, sessions } = this.#parts;
    const stop = new AbortController();
    this.#running.set(id, { stop, input: COMMANDS[command].input });
    const limits = { id, session, timeoutMs, cancelled: stop.signal };
    const wish = message.capture ?? unwished(command);
    const work = (call: Call): Promise<Executed> => execute(command, params, call);
    try {
      return await sessions.run(session, command, () =>
        runCall(command, limits, work, (inner) => (wish ? captures.around(id, wish, inner) : inner())),
      );
    } finally {
      this.#running.delete(id);
    }
  }
}

/** Every input ends the watch of the one before it, wished for or not. */
function unwished(command: CommandName): CaptureWish | undefined {
  return COMMANDS[command].input ? { before: false, after: false, tree: false } : undefined;
}

function forgotten(callId: string): LinkFrame {
  const message =
    'whether the command was carried out is not known: the agent has forgotten its oldest calls';
  const error = { code: 'unknown_outcome', message } as const;
  const times = { started_ms: Date.now(), duration_ms: 0 };
  const reply: ReplyMessage = { type: 'reply', call_id: callId, success: false, error, ...times };
  return JSON.stringify(reply);
}
