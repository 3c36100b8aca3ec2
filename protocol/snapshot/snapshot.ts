// A snapshot: what a page or a screen shows at one moment, as elements. Names and units are those of Predicate's traces.

/** Pixels. In a page: of its viewport; on a desktop: of the screen. */
export interface ElementBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface VisualCues {
  is_primary?: boolean;
  is_clickable?: boolean;
  background_color_name?: string | null;
}

export const DIFF_STATUSES = ['ADDED', 'REMOVED', 'MODIFIED', 'MOVED'] as const;
/** What became of an element since the snapshot before. */
export type DiffStatus = (typeof DIFF_STATUSES)[number];

export interface SnapshotElement {
  /** The same for as long as the element lives. */
  id: number;
  role: string;
  text?: string | null;
  /** How much the element matters for what can be done next. Greater is more; comparable within a snapshot. */
  importance: number;
  bbox: ElementBox;
  visual_cues: VisualCues;
  in_viewport?: boolean;
  is_occluded?: boolean;
  z_index?: number;
  diff_status?: DiffStatus;
  /** What is typed there is a secret. */
  is_password?: boolean;
}

/** How sure it is that the snapshot shows the settled state, and from what that is known. */
export interface SnapshotDiagnostics {
  /** From 0 to 1. */
  confidence: number;
  reasons: string[];
  metrics: Record<string, number | string | boolean | null>;
  captcha?: { detected: boolean; provider_hint?: string | null; confidence: number; evidence: object };
}

export interface Snapshot {
  url: string;
  elements: SnapshotElement[];
  /** ISO 8601. */
  timestamp?: string;
  viewport?: { width: number; height: number };
  diagnostics?: SnapshotDiagnostics;
  /** Base64, or a data URL. */
  screenshot?: string;
  screenshot_format?: 'png' | 'jpeg';
  /** The id of the recorded frame that the screenshot shows. */
  frame?: string;
  /** Why there is no screenshot where one was wanted. */
  evidence?: string;
}
