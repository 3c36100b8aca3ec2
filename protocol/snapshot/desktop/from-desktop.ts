// A snapshot of a desktop, from its accessibility tree and what is known of its screen.
import type { Size } from '../../primitives.ts';
import type { TreeNode, TreeReport } from '../../tree.ts';
import type { Snapshot, SnapshotDiagnostics, SnapshotElement } from '../snapshot.ts';
import { activeWindow, elementsOfTree } from './elements.ts';

/** What was seen of the screen coming to rest. Milliseconds. */
export interface Settling {
  readonly settled: boolean;
  readonly waitedMs: number;
}

export interface DesktopState {
  readonly report: TreeReport;
  readonly size: Size;
  /** Undefined where it was not waited for. */
  readonly settling: Settling | undefined;
  /** Elements at the most. */
  readonly limit: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Without a screenshot; its maker adds that. */
export function desktopSnapshot(state: DesktopState): Snapshot {
  const { report, size, limit, now } = state;
  const elements = elementsOfTree(report.tree, size);
  return {
    url: urlOf(report),
    elements: elements.slice(0, limit),
    timestamp: new Date(now).toISOString(),
    viewport: { width: size.width, height: size.height },
    diagnostics: diagnosticsOf(state, elements),
  };
}

/** The address of the document in the active browser, else `desktop://` and the active window's title. */
function urlOf({ tree }: TreeReport): string {
  const window = activeWindow(tree);
  const document = window && documentUrl(window);
  if (document) return document;
  return `desktop://${encodeURIComponent(window?.title.trim() ?? '')}`;
}

/** Of the outermost document that is on the screen. */
function documentUrl(node: TreeNode): string | undefined {
  if (node.url && node.states.includes('showing')) return node.url;
  for (const child of node.children) {
    const url = documentUrl(child);
    if (url) return url;
  }
  return undefined;
}

function diagnosticsOf(
  { report, settling }: DesktopState,
  elements: readonly SnapshotElement[],
): SnapshotDiagnostics {
  const doubts = [
    ...(settling?.settled === false ? ['screen_changing'] : []),
    ...(report.truncated ? ['tree_truncated'] : []),
    ...report.unavailable.map(({ application }) => `application_unavailable: ${application}`),
  ];
  const rest = settling?.settled ? ['screen_settled'] : [];
  return {
    // Each doubt takes a third of what is left: it is never certain that nothing can be relied on.
    confidence: Math.round((2 / 3) ** doubts.length * 100) / 100,
    reasons: [...rest, ...doubts],
    metrics: {
      ready_state: settling === undefined ? 'unknown' : settling.settled ? 'complete' : 'loading',
      ...(settling ? { settle_ms: settling.waitedMs } : {}),
      node_count: report.nodes,
      interactive_count: elements.filter(({ visual_cues }) => visual_cues.is_clickable).length,
      raw_elements_count: elements.length,
      tree_ms: report.duration_ms,
    },
  };
}
