// Keeps secrets and what the rules name out of the recorder's copies: of pictures, of trees, of answers. Costs nothing
// while there is nothing to hide.
import type { GuestReply } from '../../protocol/link.ts';
import { coverTree, boundsOfMasks, masksOf } from '../../protocol/privacy/cover.ts';
import { patternRedactor } from '../../protocol/privacy/pattern-redactor.ts';
import { contains, programAround } from '../../protocol/privacy/places.ts';
import type { Redactor, Scene } from '../../protocol/privacy/redactor.ts';
import { regionRedactor } from '../../protocol/privacy/region-redactor.ts';
import {
  NO_RULES,
  type Mask,
  type PrivacyRules,
  type TypedRule,
  type TypedSecret,
} from '../../protocol/privacy/rules.ts';
import { titleRedactor } from '../../protocol/privacy/title-redactor.ts';
import type { Bounds, Size } from '../../protocol/primitives.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import type { Frame } from '../screen/frame.ts';
import type { Shot } from '../screen/shot.ts';
import { looksTheSame, Painter } from './painter.ts';
import type { SceneReader } from './scene-reader.ts';
import { TypedRedactor, type Target } from './typed-redactor.ts';

/** A frame as it may be recorded, and what was painted over. */
export interface Covered {
  readonly frame: Frame;
  readonly masks: readonly Mask[];
}

export interface GuardParts {
  readonly look: SceneReader;
  readonly clock: Clock;
}

/** The latest frame that was covered: what was found for it, what was painted, and when something was found at all. */
interface Last {
  readonly found: readonly Mask[];
  readonly masks: readonly Mask[];
  readonly foundMs: number;
}

/** A place in which a redactor found something, and the latest frame for which it did. */
interface Claim {
  readonly rule: Mask['rule'];
  readonly place: Bounds;
  readonly frame: Frame;
}

/** Looks at a screen that rests, until two say the same. */
const LOOKS = 4;
/** Milliseconds between two of them: what a program tells of its elements may lag behind what it draws. */
const BETWEEN_MS = 150;
/** A place that was left so short a time ago, in milliseconds, may still be in a picture. */
const LEFT_MS = 1000;

export class PrivacyGuard {
  readonly #parts: GuardParts;
  readonly #painter = new Painter();
  readonly #typed: Readonly<Record<TypedRule, TypedRedactor>>;
  readonly #covers = new WeakMap<Shot, Promise<Covered>>();
  /** What was found of frames of a screen at rest. */
  #known = new WeakMap<Frame, Covered>();
  #rules: PrivacyRules = NO_RULES;
  #ruled: Redactor[] = [];
  #rulesNumber = 0;
  #last: Last | undefined;
  #claims: readonly Claim[] = [];

  constructor(parts: GuardParts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#typed = {
      password: new TypedRedactor('password', clock),
      secret: new TypedRedactor('secret', clock),
      strict: new TypedRedactor('strict', clock),
    };
  }

  /** Whether there is anything to hide. */
  get active(): boolean {
    return this.#redactors().length > 0;
  }

  /** Whether typed text is a secret where it is not known where it goes. */
  get strict(): boolean {
    return this.#rules.mode === 'strict';
  }

  /** The number of the rules that hold now: others have another. */
  get rules(): number {
    return this.#rulesNumber;
  }

  /** What was typed, as far as it is still looked for. */
  get secrets(): TypedSecret[] {
    return Object.values(this.#typed)
      .filter((one) => one.active)
      .flatMap((one) => one.texts.map((text) => ({ rule: one.rule, text })));
  }

  obey(rules: PrivacyRules, texts: readonly string[]): void {
    const { regions, titles, patterns } = rules;
    if (JSON.stringify(rules) !== JSON.stringify(this.#rules)) this.#rulesNumber += 1;
    this.#rules = rules;
    this.#ruled = [
      ...(regions.length > 0 ? [regionRedactor(regions)] : []),
      ...(titles.length > 0 ? [titleRedactor(titles)] : []),
      ...(patterns.length > 0 ? [patternRedactor(patterns)] : []),
    ];
    const known = new Set(Object.values(this.#typed).flatMap((one) => one.texts));
    this.#typed.secret.lookFor(texts.filter((text) => !known.has(text)));
    this.#forget();
  }

  /** To be told before the first key of a secret is pressed. */
  typed(rule: TypedRule, text: string, target: Target): void {
    this.#typed[rule].typed(text, target);
    this.#forget();
  }

  /**
   * The frame of a shot as it may be recorded; to be asked right after the shot was taken, and again for the same
   * answer. `quiet`: nothing had changed for a while. Rejects where it cannot be told what has to go.
   */
  cover(shot: Shot, quiet: boolean): Promise<Covered> {
    const asked = this.#covers.get(shot);
    if (asked) return asked;
    const covered = this.active ? this.#cover(shot.frame, quiet) : Promise.resolve(bare(shot.frame));
    this.#covers.set(shot, covered);
    // Who asks is told; nobody may have asked.
    covered.catch(() => undefined);
    return covered;
  }

  /** A tree as it may be recorded. */
  async coverTree(report: TreeReport): Promise<{ report: TreeReport; masks: readonly Mask[] }> {
    const redactors = this.#redactors();
    if (redactors.length === 0) return { report, masks: [] };
    const scene = await this.#parts.look.around(report);
    const { tree, masks } = coverTree(redactors, { ...scene, tree: report.tree });
    const unavailable = report.unavailable.map((gap) => ({
      ...gap,
      application: hidden(redactors, gap.application),
    }));
    return { report: { ...report, tree, unavailable }, masks };
  }

  /** What of an answer may be recorded, where that is less: a tree may show a secret in parts, which nothing else does. */
  async coverAnswer(result: unknown): Promise<Pick<GuestReply, 'recorded'>> {
    if (!this.active || !isReport(result)) return {};
    try {
      const { report, masks } = await this.coverTree(result);
      return { recorded: { result: report, masks: [...masks] } };
    } catch (error) {
      // The answer is its client's all the same.
      const evidence = `the answer could not be masked: ${error instanceof Error ? error.message : String(error)}`;
      return { recorded: { masks: [], evidence } };
    }
  }

  async #cover(frame: Frame, quiet: boolean): Promise<Covered> {
    const known = this.#known.get(frame);
    if (known) return known;
    const masks = quiet ? await this.#agreed(frame) : await this.#widened(frame);
    const covered = { frame: this.#painter.paint(frame, boundsOfMasks(masks)), masks };
    if (quiet) this.#known.set(frame, covered);
    return covered;
  }

  /** Of a screen at rest: what two looks agree on. */
  async #agreed(frame: Frame): Promise<Mask[]> {
    const found: Mask[][] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      if (look > 0) await this.#pause();
      found.push(masksOf(this.#redactors(), await this.#look(frame.size)));
      const before = look > 0 ? found[look - 1] : this.#last?.found;
      if (before && same(before, found[look] ?? [])) break;
    }
    return this.#keep(frame, found.at(-1) ?? [], [...found.flat(), ...this.#unchanged(frame)]);
  }

  /** While things move, or may: all windows of the programs that show anything to be hidden. */
  async #widened(frame: Frame): Promise<Mask[]> {
    const scene = await this.#look(frame.size);
    const found = masksOf(this.#redactors(), scene);
    const left = this.#isRecent() ? (this.#last?.masks ?? []) : this.#unchanged(frame);
    return this.#keep(
      frame,
      found,
      [...left, ...found].map((mask) => widened(mask, scene)),
    );
  }

  #keep(frame: Frame, found: readonly Mask[], all: readonly Mask[]): Mask[] {
    const masks = merged(all);
    const places = found.flatMap(({ rule, bounds = [] }) => bounds.map((place) => ({ rule, place, frame })));
    const left = this.#standing(frame).filter(
      ({ place }) => !places.some((one) => contains(one.place, place)),
    );
    this.#claims = [...places, ...left];
    const foundMs = found.length > 0 ? this.#parts.clock.now() : (this.#last?.foundMs ?? -Infinity);
    this.#last = { found, masks, foundMs };
    return masks;
  }

  /** Places that nobody claims any more, and that look as they did when somebody did: a program may tell before it draws. */
  #unchanged(frame: Frame): Mask[] {
    return this.#standing(frame).map(({ rule, place }) => ({ rule, bounds: [place] }));
  }

  #standing(frame: Frame): Claim[] {
    return this.#claims.filter((claim) => looksTheSame(claim.place, claim.frame, frame));
  }

  #look(size: Size): Promise<Scene> {
    const needs = this.#redactors().map((redactor) => redactor.needs);
    return this.#parts.look.read(
      size,
      needs.includes('tree') ? 'tree' : needs.includes('windows') ? 'windows' : 'nothing',
    );
  }

  #isRecent(): boolean {
    return this.#last !== undefined && this.#parts.clock.now() - this.#last.foundMs < LEFT_MS;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(BETWEEN_MS, resolve));
  }

  #redactors(): Redactor[] {
    const typed = Object.values(this.#typed).filter((one) => one.active);
    return typed.length > 0 || this.#ruled.length > 0 ? [...this.#ruled, ...typed] : [];
  }

  #forget(): void {
    this.#known = new WeakMap();
  }
}

function isReport(result: unknown): result is TreeReport {
  return typeof result === 'object' && result !== null && 'tree' in result && 'truncated' in result;
}

function bare(frame: Frame): Covered {
  return { frame, masks: [] };
}

function hidden(redactors: readonly Redactor[], text: string): string {
  return redactors.reduce((masked, redactor) => redactor.maskText(masked), text);
}

/** A region stays where it is whatever moves. */
function widened(mask: Mask, scene: Scene): Mask {
  if (mask.rule === 'region') return mask;
  return { ...mask, bounds: (mask.bounds ?? []).flatMap((one) => programAround(one, scene)) };
}

/** One mask for each rule. */
function merged(masks: readonly Mask[]): Mask[] {
  const rules = [...new Set(masks.map(({ rule }) => rule))];
  return rules
    .map((rule) => ({ rule, bounds: boundsOfMasks(masks.filter((mask) => mask.rule === rule)) }))
    .filter(({ bounds }) => bounds.length > 0);
}

function same(one: readonly Mask[], other: readonly Mask[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
