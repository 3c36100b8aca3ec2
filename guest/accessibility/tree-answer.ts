// A tree in the form that its reader wants.
import type { CommandParams } from '../../protocol/commands/table.ts';
import type { Size } from '../../protocol/primitives.ts';
import { elementsOfTree } from '../../protocol/snapshot/desktop/elements.ts';
import { computeSnapshotDigests } from '../../protocol/snapshot/digests.ts';
import { formatSnapshotForLlm } from '../../protocol/snapshot/format.ts';
import { osworldXml } from '../../protocol/snapshot/osworld.ts';
import type { TreeAnswer, TreeReport } from '../../protocol/tree.ts';

type Form = Pick<CommandParams<'get_accessibility_tree'>, 'format' | 'limit'>;

export function treeAnswer({ tree, ...report }: TreeReport, { format, limit }: Form, size: Size): TreeAnswer {
  switch (format) {
    case 'json': {
      // Cua's clients in TypeScript read the root's own fields from the answer itself.
      const { role, title, bounds } = tree;
      return { ...report, tree, role, title, ...(bounds && { bounds }) };
    }
    case 'osworld':
      return { ...report, xml: osworldXml(tree) };
    case 'lines': {
      const elements = elementsOfTree(tree, size);
      const lines = formatSnapshotForLlm({ elements }, { limit });
      return { ...report, lines, elements: elements.length, digests: computeSnapshotDigests(elements) };
    }
  }
}
