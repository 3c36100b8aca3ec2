// One element as it was read, before it becomes a node of the report.
import type { Rectangle, Reference, States } from './atspi.ts';

/** Longest text that is read of one element, in characters. */
export const MAX_TEXT = 4096;

/** Longest text that is read of the focused element, in characters. */
export const MAX_FOCUSED_TEXT = 100_000;

export interface Element {
  readonly ref: Reference;
  readonly depth: number;
  role: number;
  name: string;
  description: string;
  states: States;
  interfaces: number;
  /** As the toolkit gives them: of the screen, or of the window where the toolkit knows no other. */
  extents: Rectangle | undefined;
  /** On the screen; undefined for what is not on it. */
  bounds: Rectangle | undefined;
  /** `bounds` were worked out, and may be off by a few pixels. */
  approximate: boolean;
  actions: string[];
  value: string | number | undefined;
  /** In characters, where the element has text. */
  textLength: number | undefined;
  /** Of a browser's document. */
  url: string | undefined;
  /** It went away while it was read. */
  gone: boolean;
  children: Element[];
}

export function newElement(ref: Reference, depth: number): Element {
  return {
    ref,
    depth,
    role: 0,
    name: '',
    description: '',
    states: { low: 0, high: 0 },
    interfaces: 0,
    extents: undefined,
    bounds: undefined,
    approximate: false,
    actions: [],
    value: undefined,
    textLength: undefined,
    url: undefined,
    gone: false,
    children: [],
  };
}
