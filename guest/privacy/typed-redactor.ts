// Hides what was typed as a secret: the elements that got it for as long as they show anything of it, the windows of
// those that nobody knows, and the text wherever else it stands.
import { onTree } from '../../protocol/privacy/matching.ts';
import { overlaps, placesOf, programOf, wholeScreen } from '../../protocol/privacy/places.ts';
import { nodesOf, textsOf, type Redactor, type Scene } from '../../protocol/privacy/redactor.ts';
import type { TypedRule } from '../../protocol/privacy/rules.ts';
import { partsOf, showsPart, TypedTexts } from '../../protocol/privacy/typed-texts.ts';
import type { Bounds } from '../../protocol/primitives.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';

/**
 * Where keys go: the element by its id in trees, where it is known, and its
 * window; `none` where no window has the focus.
 */
export interface Target {
  readonly element: string | undefined;
  /** Tabs lead from that element to others. */
  readonly several?: boolean;
  readonly window: number | 'none' | 'unknown';
}

/** Milliseconds after typing in which an element is covered that does not show it yet: programs tell of a text later than they draw it. */
const GRACE_MS = 2000;
/** A secret that has not been on the screen for so long, in milliseconds, is not looked for any more. */
const FORGET_MS = 10 * 60_000;

interface Typed {
  readonly target: Target;
  text: string;
  typedMs: number;
  /** Its element was seen to show it since then: from there on its tree is believed. */
  isShown: boolean;
  /** When it was last seen on the screen. */
  seenMs: number;
}

type Nodes = ReadonlyMap<string, TreeNode>;

const PASSWORD = 'password text';

export class TypedRedactor implements Redactor {
  readonly rule: TypedRule;
  readonly needs = 'tree';
  readonly #clock: Pick<Clock, 'now'>;
  readonly #texts = new TypedTexts();
  readonly #elsewhere: Redactor;
  #typed: Typed[] = [];
  /** Texts of which it is not known where they went. */
  #lookedForMs = -Infinity;

  constructor(rule: TypedRule, clock: Pick<Clock, 'now'>) {
    this.rule = rule;
    this.#clock = clock;
    this.#elsewhere = onTree(rule, (text) => this.#texts.mask(text));
  }

  /** Whether there is anything to hide. */
  get active(): boolean {
    const now = this.#clock.now();
    this.#typed = this.#typed.filter(({ seenMs }) => now - seenMs < FORGET_MS);
    if (this.#typed.length > 0 || now - this.#lookedForMs < FORGET_MS) return true;
    this.#texts.forget();
    return false;
  }

  /** What is looked for. */
  get texts(): readonly string[] {
    return this.#texts.all;
  }

  /** To be told before the first key is pressed: from here on it may be on the screen. */
  typed(text: string, target: Target): void {
    const now = this.#clock.now();
    const place = JSON.stringify(target);
    this.#texts.add(text, place);
    const before = this.#typed.find((one) => JSON.stringify(one.target) === place);
    if (!before) this.#typed.push({ target, text, typedMs: now, isShown: false, seenMs: now });
    else Object.assign(before, { text: before.text + text, typedMs: now, isShown: false, seenMs: now });
  }

  /** Texts that were typed before this agent knew of it. */
  lookFor(texts: readonly string[]): void {
    this.#texts.remember(texts);
    if (texts.length > 0) this.#lookedForMs = this.#clock.now();
  }

  places(scene: Scene): Bounds[] {
    if (!scene.tree) return this.#windowsOfAll(scene);
    const nodes = new Map([...nodesOf(scene.tree)].map((node) => [node.id, node]));
    const elsewhere = this.#elsewhere.places(scene);
    if (elsewhere.length > 0) this.#seenElsewhere();
    return [...this.#typed.flatMap((typed) => this.#placesOf(typed, nodes, scene)), ...elsewhere];
  }

  hides(node: TreeNode): boolean {
    return this.#typed.some(({ target, text }) => target.element === node.id && showsAny(node, text));
  }

  maskText(text: string): string {
    return this.#texts.mask(text);
  }

  #placesOf(typed: Typed, nodes: Nodes, scene: Scene): Bounds[] {
    const places = this.#placesNow(typed, nodes, scene);
    if (places.length > 0) typed.seenMs = this.#clock.now();
    return places;
  }

  #placesNow(typed: Typed, nodes: Nodes, scene: Scene): Bounds[] {
    const { target, text } = typed;
    if (target.element === undefined) return windowOf(target.window, scene);
    const node = nodes.get(target.element);
    typed.isShown ||= node !== undefined && showsAny(node, text);
    const isFresh = !typed.isShown && this.#clock.now() - typed.typedMs < GRACE_MS;
    if (target.several) return severalOf(target, text, isFresh, nodes, scene);
    const places = elementOf(node, text, isFresh, scene);
    return places ?? windowOf(target.window, scene);
  }

  /** Without a tree nobody knows where it shows. */
  #windowsOfAll(scene: Scene): Bounds[] {
    if (this.#typed.length === 0) return [wholeScreen(scene)];
    return this.#typed.flatMap(({ target }) => windowOf(target.window, scene));
  }

  #seenElsewhere(): void {
    const now = this.#clock.now();
    for (const typed of this.#typed) typed.seenMs = now;
    if (this.#lookedForMs > -Infinity) this.#lookedForMs = now;
  }
}

/** Where the element shows a part of it; undefined where nobody knows. */
function elementOf(
  node: TreeNode | undefined,
  text: string,
  isFresh: boolean,
  scene: Scene,
): Bounds[] | undefined {
  const isGone = node ? !showsAny(node, text) : scene.whole;
  if (isGone && !isFresh) return [];
  const places = node ? placesOf(node, scene) : [];
  // An element that is there and has no place is not on the screen; just after it got its text it may be.
  return places.length > 0 || (node && !isFresh) ? places : undefined;
}

/** All entries of the window that show a part of it; the window itself where they are not known for sure. */
function severalOf({ window }: Target, text: string, isFresh: boolean, nodes: Nodes, scene: Scene): Bounds[] {
  const places = windowOf(window, scene);
  if (isFresh || !scene.whole) return places;
  return [...nodes.values()]
    .filter(({ role, states }) => role === PASSWORD || states.includes('editable'))
    .filter(({ bounds }) => bounds && places.some((place) => overlaps(place, bounds)))
    .filter((node) => partsOf(text).some((part) => showsAny(node, part)))
    .flatMap((node) => placesOf(node, scene));
}

/** Every window of the program: nobody knows which one shows it. A window that is gone shows nothing. */
function windowOf(id: Target['window'], scene: Scene): Bounds[] {
  if (id === 'unknown') return [wholeScreen(scene)];
  const window = scene.windows.find((one) => one.id === id);
  return window ? programOf(window, scene) : [];
}

/** Whether an element shows anything of a secret that was typed into it, or may: where its text cannot be told, it may. */
function showsAny(node: TreeNode, secret: string): boolean {
  const { role, value, states } = node;
  if (role === PASSWORD) return value !== '';
  const isTold = value !== undefined && (role === 'terminal' || states.includes('editable'));
  if (!isTold || node.value_length !== undefined) return true;
  return textsOf(node).some((text) => showsPart(text, secret));
}
