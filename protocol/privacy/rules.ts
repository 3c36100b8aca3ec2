// What is kept out of a trace: the rules that a caller sets, and what is told of a mask afterwards.
import { z } from 'zod';
import { Bounds } from '../primitives.ts';

/** Rules of one kind at the most. */
const MANY = 50;

/** A regular expression, as text. It is run under a limit of time; see patterns.ts. */
const Pattern = z
  .string()
  .min(1)
  .max(500)
  .refine(isPattern, { message: 'not a regular expression (JavaScript, with the flags i and u)' });

export const PrivacyMode = z.enum(['standard', 'strict']);

export const PrivacyRules = z.strictObject({
  /** `strict`: typed text is masked, too, where it could not be learnt in 250 ms what has the focus. */
  mode: PrivacyMode.default('standard'),
  /** Rectangles of the screen that no picture shows. */
  regions: z
    .array(Bounds.extend({ width: Extent(), height: Extent() }))
    .max(MANY)
    .default([]),
  /** Windows whose title contains one of these, in whatever case. */
  titles: z.array(z.string().min(1).max(200)).max(MANY).default([]),
  /** Typed text and the text of elements that matches one of these. */
  patterns: z.array(Pattern).max(MANY).default([]),
});
export type PrivacyRules = z.output<typeof PrivacyRules>;

/** The rules, or their mode alone. */
export const Privacy = z.union([PrivacyMode, PrivacyRules]);
export type Privacy = z.output<typeof Privacy>;

/** Rules that keep out secrets and nothing else. */
export const NO_RULES: PrivacyRules = { mode: 'standard', regions: [], titles: [], patterns: [] };

/** All of these together. */
export function allRules(given: readonly (Privacy | undefined)[]): PrivacyRules {
  const all = given.map((one) => (typeof one === 'string' ? { ...NO_RULES, mode: one } : (one ?? NO_RULES)));
  return {
    mode: all.some(({ mode }) => mode === 'strict') ? 'strict' : 'standard',
    regions: all.flatMap(({ regions }) => regions),
    titles: all.flatMap(({ titles }) => titles),
    patterns: all.flatMap(({ patterns }) => patterns),
  };
}

/** The rules as a trace tells of them: titles and patterns may hold what they hide, so only their number is kept. */
export const RecordedPrivacy = z.object({
  mode: PrivacyMode,
  regions: z.array(Bounds),
  titles: z.number().int(),
  patterns: z.number().int(),
});
export type RecordedPrivacy = z.infer<typeof RecordedPrivacy>;

export function recordedPrivacy(privacy: Privacy): RecordedPrivacy {
  const { mode, regions, titles, patterns } = allRules([privacy]);
  return { mode, regions, titles: titles.length, patterns: patterns.length };
}

/**
 * Why something was masked: typed into a password field, said to be secret, typed into who knows what (`strict`), one of
 * the caller's rules, or asked for afterwards (`text`).
 */
export const MaskRule = z.enum(['password', 'secret', 'strict', 'region', 'title', 'pattern', 'text']);
export type MaskRule = z.infer<typeof MaskRule>;

/** Why a text that was typed is kept out of everything else. */
export const TypedRule = MaskRule.extract(['password', 'secret', 'strict']);
export type TypedRule = z.infer<typeof TypedRule>;

/** Such a text. It lives in memory only. */
export const TypedSecret = z.object({ rule: TypedRule, text: z.string() });
export type TypedSecret = z.infer<typeof TypedSecret>;

/** What one rule masked of one frame (`bounds`, painted over) or of one tree (`nodes`, their number). */
export const Mask = z.object({
  rule: MaskRule,
  bounds: z.array(Bounds).optional(),
  nodes: z.number().int().optional(),
});
export type Mask = z.infer<typeof Mask>;

/** Stands where a text was. */
export const MASK = '[masked]';

function Extent(): z.ZodNumber {
  return z.number().int().positive();
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'iu').source !== '';
  } catch {
    // Whatever it is that the engine dislikes, the caller is told that it is no pattern.
    return false;
  }
}
