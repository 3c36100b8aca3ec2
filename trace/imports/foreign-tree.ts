// Accessibility trees as clients of Cua's recorded them, in this project's form. There are three: of a Deskreel desktop,
// `{tree, nodes, …}`; of Cua's server on Linux, `{tree: {role, title, position, size, children}}`; and of a Mac,
// `{windows: [{app_name, windows: […]}]}`. What a node does not say is left empty, and its id is its place in the tree.
import { z } from 'zod';
import type { Bounds } from '../../protocol/primitives.ts';
import { isRecord } from '../../protocol/record.ts';
import { TreeReport, type TreeNode } from '../../protocol/tree.ts';

/** Levels; what lies deeper is cut off, and said to be. */
const DEEPEST = 200;

/** What a report of this project's says beside the tree. */
const Facts = z.object({
  truncated: TreeReport.shape.truncated.catch(false),
  unavailable: TreeReport.shape.unavailable.catch([]),
  duration_ms: TreeReport.shape.duration_ms.catch(0),
});

/** What a node says of itself, in whatever form; what is in none is not taken. */
const Said = z.object({
  bounds_from: z.literal('approximate').optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  value: z.union([z.string(), z.number()]).optional().catch(undefined),
  value_length: z.number().int().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  states: z.array(z.string()).catch([]),
  actions: z.array(z.string()).catch([]),
});
const Text = z.string().catch('');
const Name = z.object({ id: Text, role: Text, title: Text, name: Text, app_name: Text });

/** One of them at least makes it a node. */
const LOOKS = ['role', 'title', 'name', 'children', 'windows'];

/** Undefined where it is no tree. Not by the schema of trees: it goes as deep as they do. */
export function foreignTree(value: unknown): TreeReport | undefined {
  if (!isRecord(value)) return undefined;
  const root =
    value['tree'] ?? (Array.isArray(value['windows']) ? { role: 'desktop frame', ...value } : value);
  if (!isRecord(root) || !LOOKS.some((name) => name in root)) return undefined;
  const reader = new NodeReader();
  const tree = reader.node(root, '1', 1);
  const facts = Facts.parse(value);
  return { tree, nodes: reader.nodes, ...facts, truncated: facts.truncated || reader.cut };
}

class NodeReader {
  nodes = 0;
  cut = false;

  node(from: Record<string, unknown>, place: string, depth: number): TreeNode {
    this.nodes += 1;
    const { id, role, title, name, app_name: app } = Name.parse(from);
    const bounds = boundsOf(from);
    return {
      id: id || place,
      role: role || (app === '' ? 'unknown' : 'application'),
      title: title || name || app,
      ...(bounds ? { bounds } : {}),
      ...Said.parse(from),
      children: this.#children(from['children'] ?? from['windows'], place, depth),
    };
  }

  #children(list: unknown, place: string, depth: number): TreeNode[] {
    const children = Array.isArray(list) ? list.filter(isRecord) : [];
    if (depth < DEEPEST) {
      return children.map((child, index) => this.node(child, `${place}.${index + 1}`, depth + 1));
    }
    this.cut ||= children.length > 0;
    return [];
  }
}

const Place = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

/** Half a pixel is none. */
function boundsOf({ bounds, position, size }: Record<string, unknown>): Bounds | undefined {
  const { data } = Place.safeParse(bounds ?? { ...fieldsOf(position), ...fieldsOf(size) });
  if (!data) return undefined;
  const { x, y, width, height } = data;
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
