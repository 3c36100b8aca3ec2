// Where keys go: whether into a password field, and to which element and window.
import type { Accessibility, FocusedElement } from '../accessibility/accessibility.ts';
import { COMMANDS, type CommandName, type CommandParams } from '../../protocol/commands/table.ts';
import type { ElementTarget } from '../../protocol/element.ts';
import type { KeyFocus } from '../../protocol/link.ts';
import { nodesOf } from '../../protocol/privacy/redactor.ts';
import type { TreeNode, TreeReport } from '../../protocol/tree.ts';
import { findElements, theBest } from '../accessibility/elements.ts';
import type { Clock } from '../clock.ts';
import type { Target } from './typed-redactor.ts';

export interface KeyTarget extends Target {
  readonly focus: KeyFocus;
}

export interface KeyFocusParts {
  readonly accessibility: Pick<
    Accessibility,
    'focusedElement' | 'focusMoved' | 'activeWindow' | 'readTree' | 'element'
  >;
  readonly readTree: (signal: AbortSignal) => Promise<TreeReport>;
  /** Resolves when the programs have been given what the pointer did. */
  readonly pointerDelivered: () => Promise<void>;
  readonly clock: Clock;
}

/** So long after an input that may move the focus, in milliseconds, the program's word of it is waited for. */
const MOVE_MS = 300;
/** Milliseconds for the focused element's own answer: 20 where nothing else is at work, and machines may be loaded. */
const ANSWER_MS = 250;
/** So long, in milliseconds, a window without a focus is not asked again. */
const SILENT_MS = 5000;
/** Milliseconds for the tree in which a password field is looked for. */
const TREE_MS = 1000;
const LIMITS = COMMANDS.get_accessibility_tree.params.parse({});
const PASSWORD = 'password text';

export class KeyFocusReader {
  readonly #parts: KeyFocusParts;
  #movedMs = -Infinity;
  /** A window whose program tells of no focus. */
  #silent = { window: 0, atMs: -Infinity };

  constructor(parts: KeyFocusParts) {
    this.#parts = parts;
  }

  /** An input is about to be given; it may move the focus. */
  given(command: CommandName, params: unknown): void {
    if (mayMoveFocus(command, params)) this.#movedMs = this.#parts.clock.now();
  }

  /**
   * Where keys given now go. `moves`: there are tabs or line ends among them, so a password field anywhere in the window
   * counts. Waits until the focus rests that an input before may have moved. Never rejects: what cannot be learnt is
   * unknown.
   */
  async read(moves: boolean): Promise<KeyTarget> {
    try {
      await this.#parts.pointerDelivered();
      await this.#rested();
      return await this.#target(moves);
    } catch {
      // Whatever failed on the way, the answer is the same: it could not be learnt.
      return { focus: 'unknown', element: undefined, window: 'unknown' };
    }
  }

  /** The element that is about to be given a value. Never rejects, as above. */
  async readElement(target: ElementTarget): Promise<KeyTarget> {
    const { accessibility } = this.#parts;
    try {
      const found = await findElements(accessibility, target, LIMITS, AbortSignal.timeout(TREE_MS));
      const { id, role } = theBest(found, target);
      // It lies in the tree, and so does what it shows: no window is painted for it.
      return { focus: role === PASSWORD ? 'password' : 'plain', element: id, window: 'none' };
    } catch {
      return { focus: 'unknown', element: undefined, window: 'none' };
    }
  }

  async #rested(): Promise<void> {
    const { accessibility, clock } = this.#parts;
    const leftMs = this.#movedMs + MOVE_MS - clock.now();
    if (leftMs > 0) await accessibility.focusMoved(this.#movedMs, leftMs);
  }

  async #target(moves: boolean): Promise<KeyTarget> {
    const { accessibility } = this.#parts;
    const [heard, window] = await Promise.all([
      accessibility.focusedElement(ANSWER_MS),
      accessibility.activeWindow(),
    ]);
    const element = heard ?? (await this.#found(window));
    const target = { element: element?.id, window: window ?? 'none' } as const;
    const isPassword = element?.role === PASSWORD || (moves && (await this.#hasPasswordField()));
    if (isPassword) return { ...target, focus: 'password' };
    return { ...target, focus: element ? 'plain' : 'unknown' };
  }

  /** A program may have told of its focus before anybody listened: a reading of the whole desktop comes across it. */
  async #found(window: number | undefined): Promise<FocusedElement | undefined> {
    const { accessibility, readTree, clock } = this.#parts;
    const isSilent = window === this.#silent.window && clock.now() - this.#silent.atMs < SILENT_MS;
    if (window === undefined || isSilent) return undefined;
    await readTree(AbortSignal.timeout(TREE_MS));
    const element = await accessibility.focusedElement(ANSWER_MS);
    if (!element) this.#silent = { window, atMs: clock.now() };
    return element;
  }

  async #hasPasswordField(): Promise<boolean> {
    const { tree } = await this.#parts.readTree(AbortSignal.timeout(TREE_MS));
    const windows = tree.children.flatMap((application) => application.children);
    return windows.filter(isActive).some((window) => [...nodesOf(window)].some(isShownPassword));
  }
}

/** Whether a text has keys in it that lead to another element. */
export function leadsOn(text: string): boolean {
  return /[\t\r\n]/u.test(text);
}

function isActive({ states }: TreeNode): boolean {
  return states.includes('active');
}

function isShownPassword({ role, states }: TreeNode): boolean {
  return role === PASSWORD && states.includes('showing');
}

/** Keys that write or edit stay where they are; the others, and every button, may lead elsewhere. */
function mayMoveFocus(command: CommandName, params: unknown): boolean {
  if (!COMMANDS[command].input || POINTING.has(command)) return false;
  if (command === 'type_text') return leadsOn((params as CommandParams<'type_text'>).text);
  if (command === 'hotkey') return !EDITING.test((params as CommandParams<'hotkey'>).keys.at(-1) ?? '');
  return !KEYS.has(command) || LEADING.test((params as CommandParams<'press_key'>).key);
}

const POINTING: ReadonlySet<CommandName> = new Set([
  'move_cursor',
  'scroll',
  'scroll_up',
  'scroll_down',
  'scroll_direction',
]);
const KEYS: ReadonlySet<CommandName> = new Set(['press_key', 'key_down', 'key_up']);
const LEADING = /^(tab|iso_?left_?tab|enter|return|kp_?enter|esc|escape|f\d{1,2})$/iu;
/** With a modifier: all, copy, paste, cut, undo, redo. */
const EDITING = /^[acvxyz]$/iu;
