// A desktop as a program uses it: run it, work it through `interface`, trace it, stop it.
import type { DesktopInfo } from '../protocol/desktop.ts';
import { DeskreelError } from '../protocol/errors.ts';
import type { Snapshot } from '../protocol/snapshot/snapshot.ts';
import type { Action, ActionOutcome } from './agent-runtime/actions.ts';
import { DesktopSource } from './agent-runtime/desktop-source.ts';
import type { ActionContext, SnapshotOptions, SnapshotSource } from './agent-runtime/source.ts';
import type { CommandSession } from './connection/command-session.ts';
import { Deskreel } from './deskreel.ts';
import { callThrough, type Call, type CommandCarrier } from './interface/call.ts';
import { createInterface, type ComputerInterface } from './interface/computer-interface.ts';
import type { EitherCase } from './names.ts';
import { planComputer, type ComputerOptions, type ComputerPlan } from './options.ts';
import { telemetryEnabled, type TelemetryEnabled } from './telemetry/settings.ts';
import { systemFacts } from './telemetry/system.ts';
import { openTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { Tracing } from './tracing/tracing.ts';

interface Running {
  readonly deskreel: Deskreel;
  readonly desktop: DesktopInfo;
  readonly session: CommandSession;
  /** It was created here and is removed here. */
  readonly own: boolean;
}

export class Computer implements AsyncDisposable, SnapshotSource {
  /** One method for each command: `leftClick(x, y)`, `typeText(text)`, `screenshot()` ... */
  readonly interface: ComputerInterface;
  /** Any command by its name and the wire's parameters: `command('left_click', { x, y })`. */
  readonly command: Call;
  /** Records what is done on the desktop: `start()`, `addMetadata(key, value)`, `stop()`. */
  readonly tracing: Tracing;
  readonly #plan: ComputerPlan;
  readonly #telemetryEnabled: TelemetryEnabled;
  readonly #telemetry: Telemetry | undefined;
  readonly #source: DesktopSource;
  #running: Promise<Running> | undefined;
  #now: Running | undefined;

  /** Throws `bad_request` naming the option that is wrong. Nothing is started before `run()`. */
  constructor(options: EitherCase<ComputerOptions> = {}) {
    this.#plan = planComputer(options);
    this.#telemetryEnabled = telemetryEnabled(this.#plan.telemetryEnabled, process.env);
    this.#telemetry = this.#telemetryEnabled === false ? undefined : openTelemetry(process.env);
    this.#telemetry?.moduleInit('computer');
    this.#telemetry?.capture('computer_initialized', { ...systemFacts() });
    this.interface = createInterface(() => this.#carrier());
    this.command = callThrough(() => this.#carrier());
    this.#source = new DesktopSource(this.interface);
    this.tracing = new Tracing(() => {
      const { deskreel, desktop } = this.#need();
      return { deskreel, desktopId: desktop.id };
    });
  }

  /**
   * Finds the server (or starts one inside this process), creates the desktop and waits until it is ready; with the
   * option `desktop`, attaches to that one. The second call waits for the first. Returns the computer itself.
   */
  async run(): Promise<this> {
    const running = (this.#running ??= this.#start());
    try {
      const now = await running;
      // A stop() meanwhile has ended it again.
      if (this.#running === running) this.#now = now;
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      throw error;
    }
    return this;
  }

  /** The desktop's elements as an agent is shown them, with a screenshot if it is asked for. */
  async snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
    return this.#source.snapshot(options);
  }

  /** Carries out one of an agent's actions. Does not throw where it fails: the outcome says so. */
  async act(action: Action, context: ActionContext): Promise<ActionOutcome> {
    return this.#source.act(action, context);
  }

  /** Whether usage events are sent, where a server for them is named. Fixed when the computer was made. */
  get telemetryEnabled(): TelemetryEnabled {
    return this.#telemetryEnabled;
  }

  /** What the server said of the desktop: id, name, resolution, links. Throws `conflict` before `run()`. */
  get desktop(): DesktopInfo {
    return this.#need().desktop;
  }

  /** The page that shows the desktop. It wants the server's token, as everything does. */
  get viewUrl(): string {
    return this.desktop.links.view;
  }

  /**
   * Removes the desktop if `run()` created it, and lets the server go. A trace that still runs is closed at the server
   * and can be saved by its id. The second call does nothing; `run()` may be called again.
   */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#now = undefined;
    if (running) await end(await running);
    await this.#telemetry?.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** A command waits for the events that were traced before it: they stand before it in the trace. */
  #carrier(): CommandCarrier {
    const { session } = this.#need();
    const events = this.tracing.pendingEvents;
    if (!events) return session;
    return { call: async (...call) => events.then(() => session.call(...call)) };
  }

  #need(): Running {
    if (this.#now) return this.#now;
    throw new DeskreelError('conflict', 'the computer does not run; call run() first');
  }

  async #start(): Promise<Running> {
    const { server, actor, attach, spec } = this.#plan;
    const deskreel = await Deskreel.open(server);
    try {
      const own = attach === undefined;
      const desktop = own ? await deskreel.createDesktop(spec) : await deskreel.getDesktop(attach);
      const session = deskreel.session(desktop.id, actor);
      return { deskreel, desktop, session, own };
    } catch (error) {
      await deskreel.close();
      throw error;
    }
  }
}

async function end({ deskreel, desktop, session, own }: Running): Promise<void> {
  session.close();
  try {
    if (own) await deskreel.removeDesktop(desktop.id);
  } catch (error) {
    // Gone already, by its time to live or by another hand.
    if (!(error instanceof DeskreelError) || error.code !== 'not_found') throw error;
  } finally {
    await deskreel.close();
  }
}
