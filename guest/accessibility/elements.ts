// Finds the elements that a query means, in a tree that is read for it.
import type { ElementQuery } from '../../protocol/element.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { TreeGap, TreeNode } from '../../protocol/tree.ts';
import type { Accessibility, TreeLimits } from './accessibility.ts';
import { describeQuery, idOf, matchingNodes, missingStates } from './element-match.ts';
import { staleElement } from './live-element.ts';

export interface Found {
  /** Those that are meant, the best first, whatever their states. */
  readonly named: readonly TreeNode[];
  /** Those of them in the states that are wanted. */
  readonly nodes: readonly TreeNode[];
  readonly unavailable: readonly TreeGap[];
  readonly tree: TreeNode;
}

export type TreeSource = Pick<Accessibility, 'readTree' | 'element'>;

/** What there is now; empty where nothing fits. Throws `stale_element` for an id whose element is gone. */
export async function findElements(
  source: TreeSource,
  query: ElementQuery,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<Found> {
  const id = idOf(query);
  const pid = (id === undefined ? undefined : source.element(id).pid) ?? query.pid ?? undefined;
  const scope = pid === undefined ? limits : { ...limits, scope: 'pid' as const, pid };
  const { tree, unavailable } = await source.readTree(scope, signal);
  const named = matchingNodes(tree, query);
  if (id !== undefined && named.length === 0) throwGone(id, tree, unavailable);
  const nodes = named.filter((node) => missingStates(node, query.state).length === 0);
  return { named, nodes, unavailable, tree };
}

/** The best one. Throws `not_found`, and `not_ready` where one is there and its states are others. */
export function theBest(found: Found, query: ElementQuery): TreeNode {
  const [best] = found.nodes;
  if (best) return best;
  const [other] = found.named;
  if (other)
    throw notReady(
      other,
      missingStates(other, query.state).map((state) => `it is not ${state}`),
    );
  throw notFound(describeQuery(query), found.unavailable);
}

export function notReady(node: TreeNode, reasons: readonly string[]): DeskreelError {
  const what = `${node.role} "${node.title}" (${node.id})`;
  return new DeskreelError('not_ready', `${what} is there and not ready: ${reasons.join(', ')}`, {
    details: { element: node.id, states: node.states },
  });
}

export function notFound(what: string, unavailable: readonly TreeGap[]): DeskreelError {
  const unseen = unavailable.map(({ application }) => application);
  const hint = unseen.length > 0 ? `; these could not be looked into: ${unseen.join(', ')}` : '';
  return new DeskreelError('not_found', `there is no ${what}${hint}`, { details: { unavailable } });
}

function throwGone(id: string, tree: TreeNode, unavailable: readonly TreeGap[]): never {
  const isThere = matchingNodes(tree, { id, exact: false }).length > 0;
  if (isThere)
    throw new DeskreelError('not_found', `element ${id} has not the role, title or value asked for`);
  if (unavailable.length === 0) throw staleElement(id);
  const [gap] = unavailable;
  throw new DeskreelError('timeout', `the program of element ${id} does not answer: ${gap?.reason ?? ''}`);
}
