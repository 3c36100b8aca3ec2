// Statements about a snapshot, and what is told of them.
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';

export interface AssertContext {
  /** The last one; undefined before the first. */
  snapshot: Snapshot | undefined;
  url: string | undefined;
  stepId: string | undefined;
}

export interface PredicateResult {
  passed: boolean;
  reason?: string;
  details?: Record<string, unknown>;
}

/** What may be asserted. A predicate that throws has not passed. */
export type Predicate = (context: AssertContext) => PredicateResult;
export type AsyncPredicate = (context: AssertContext) => PredicateResult | Promise<PredicateResult>;

/** One statement that was looked into, as rows tell it. */
export interface Assertion {
  label: string;
  passed: boolean;
  required: boolean;
  reason: string;
  details: Record<string, unknown>;
}

export function assertionOf(label: string, required: boolean, result: PredicateResult): Assertion {
  const { passed, reason = '', details = {} } = result;
  return { label, passed, required, reason, details };
}

/** What a predicate that threw is told as. */
export function thrownResult(thrown: unknown): PredicateResult {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { passed: false, reason: `the predicate threw: ${message}` };
}
