// What redactors that look at texts have in common.
import { placesOf } from './places.ts';
import { nodesOf, textsOf, type Redactor } from './redactor.ts';
import type { MaskRule } from './rules.ts';

/** A redactor of everything whose text `maskText` changes. */
export function onTree(rule: MaskRule, maskText: (text: string) => string): Redactor {
  return {
    rule,
    needs: 'tree',
    places: (scene) => {
      if (!scene.tree) throw new Error('the accessibility tree is not known');
      return [...nodesOf(scene.tree)]
        .filter((node) => textsOf(node).some((text) => maskText(text) !== text))
        .flatMap((node) => placesOf(node, scene));
    },
    hides: () => false,
    maskText,
  };
}
