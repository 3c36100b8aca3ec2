// Waits for an element, a window, a text or a settled screen, and tells what is not there from what is not ready.
import type { CommandParams, CommandResult } from '../../protocol/commands/table.ts';
import { COMMANDS } from '../../protocol/commands/table.ts';
import type { ElementQuery } from '../../protocol/element.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import { SETTLE_TIMES } from '../capture/settle-rule.ts';
import type { Screen } from '../screen/screen.ts';
import type { WindowManager } from '../windows/window-manager.ts';
import { infoOf, missingStates, nodesWithText } from './element-match.ts';
import { findElements, notFound, notReady, type TreeSource } from './elements.ts';

type Params = CommandParams<'wait_for'>;
type Result = CommandResult<'wait_for'>;

export interface WaitParts {
  readonly accessibility: TreeSource;
  readonly windows: Pick<WindowManager, 'find'>;
  readonly screen: Pick<Screen, 'grab' | 'onDamage'>;
  readonly clock: Clock;
}

/** Looks are this far apart at least, and this far at the most where nothing is drawn. Milliseconds. */
const LOOK_MS = 50;
const LOOK_ANYWAY_MS = 500;

/** What one look found: what was waited for, or why it is not there yet. */
type Look = { readonly met: Partial<Result> } | { readonly missing: DeskreelError };

/** Throws `not_found` where it never came, `not_ready` where it was there and not as it was wanted. */
export async function waitFor(params: Params, parts: WaitParts, signal: AbortSignal): Promise<Result> {
  const { clock } = parts;
  const began = clock.now();
  const end = began + params.timeout * 1000;
  const screen = watchScreen(parts);
  try {
    for (;;) {
      signal.throwIfAborted();
      const look = await lookFor(params, parts, screen, signal);
      if ('met' in look) return { ...look.met, waited_ms: Math.round(clock.now() - began) };
      const left = end - clock.now();
      if (left <= 0) throw afterWaiting(look.missing, params.timeout);
      await screen.change(Math.min(left, LOOK_ANYWAY_MS), signal);
    }
  } finally {
    screen.stop();
  }
}

function afterWaiting({ code, message, details }: DeskreelError, seconds: number): DeskreelError {
  return new DeskreelError(code, `${message} (waited ${seconds} s)`, { details });
}

async function lookFor(
  params: Params,
  parts: WaitParts,
  screen: ScreenWatch,
  signal: AbortSignal,
): Promise<Look> {
  const looks: (() => Promise<Look>)[] = [];
  const { element, window, text, settled } = params;
  if (window !== undefined) looks.push(() => lookForWindow(window, parts));
  if (element !== undefined) looks.push(() => lookForElement(element, parts, signal));
  if (text !== undefined) looks.push(() => lookForText(text, parts, signal));
  if (settled) looks.push(() => screen.settled());
  let met: Partial<Result> = {};
  for (const look of looks) {
    const found = await look();
    if ('missing' in found) return found;
    met = { ...met, ...found.met };
  }
  return { met };
}

async function lookForWindow(text: string, { windows }: WaitParts): Promise<Look> {
  const found = await windows.find(text);
  const shown = found.find(({ mapped }) => mapped);
  if (shown) return { met: { window_id: shown.id } };
  const [hidden] = found;
  if (!hidden) return { missing: notFound(`window "${text}"`, []) };
  const message = `window "${hidden.title}" (${hidden.id}) is there and not ready: it is minimised`;
  return { missing: new DeskreelError('not_ready', message, { details: { window_id: hidden.id } }) };
}

const LIMITS = COMMANDS.get_accessibility_tree.params.parse({});

async function lookForElement(
  wanted: string | ElementQuery,
  { accessibility }: WaitParts,
  signal: AbortSignal,
): Promise<Look> {
  const query: ElementQuery = typeof wanted === 'string' ? { title: wanted, exact: false } : wanted;
  const { named, unavailable } = await findElements(accessibility, query, LIMITS, signal);
  const ready = named.find((node) => unready(node, query).length === 0);
  if (ready) return { met: { element: infoOf(ready) } };
  const [first] = named;
  if (first) return { missing: notReady(first, unready(first, query)) };
  return { missing: notFound(describeWanted(wanted), unavailable) };
}

function describeWanted(wanted: string | ElementQuery): string {
  return typeof wanted === 'string' ? `element "${wanted}"` : `element like ${JSON.stringify(wanted)}`;
}

/** Why an element is not ready. States that are asked for take the place of the usual ones. */
function unready(node: TreeNode, { state }: ElementQuery): string[] {
  if (state !== undefined && state !== null)
    return missingStates(node, state).map((name) => `it is not ${name}`);
  const reasons: string[] = [];
  if (!node.bounds) reasons.push('it is not on the screen');
  if (!node.states.includes('enabled') && !node.states.includes('sensitive')) reasons.push('it is disabled');
  if (node.states.includes('busy')) reasons.push('it is busy');
  return reasons;
}

async function lookForText(text: string, { accessibility }: WaitParts, signal: AbortSignal): Promise<Look> {
  const { tree, unavailable } = await accessibility.readTree(LIMITS, signal);
  const found = nodesWithText(tree, text);
  const shown = found.find(({ bounds }) => bounds);
  if (shown) return { met: { element: infoOf(shown) } };
  const [hidden] = found;
  if (hidden) return { missing: notReady(hidden, ['its text is not on the screen']) };
  return { missing: notFound(`text ${JSON.stringify(text)}`, unavailable) };
}

interface ScreenWatch {
  /** Resolves when something was drawn, and after `ms` at the latest. */
  change(ms: number, signal: AbortSignal): Promise<void>;
  settled(): Promise<Look>;
  stop(): void;
}

function watchScreen({ screen, clock }: WaitParts): ScreenWatch {
  const began = clock.now();
  let drawnMs = -Infinity;
  let changedMs = began;
  let last: unknown;
  let wake = (): void => undefined;
  const stop = screen.onDamage((atMs) => {
    drawnMs = atMs;
    wake();
  });
  return {
    change: (ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          cancel();
          signal.removeEventListener('abort', done);
          wake = () => undefined;
          // Looking is dear: what is drawn without a pause is looked at now and then.
          clock.after(LOOK_MS, resolve);
        };
        const cancel = clock.after(ms, done);
        signal.addEventListener('abort', done);
        wake = done;
      }),
    settled: async () => {
      const shot = await screen.grab();
      if (last !== undefined && shot.frame !== last)
        changedMs = Math.min(Math.max(drawnMs, began), shot.monoMs);
      last = shot.frame;
      const quietMs = shot.monoMs - Math.max(changedMs, began);
      if (quietMs >= SETTLE_TIMES.minMs) return { met: {} };
      const message = `the screen is not ready: it changed ${Math.round(quietMs)} ms ago`;
      return { missing: new DeskreelError('not_ready', message) };
    },
    stop,
  };
}
