// For captures where frames are looked at and not elements: there is no tree, and nothing else may be missed.
import type { CaptureParts } from '../../guest/capture/create-captures.ts';

export function noTree(): Pick<CaptureParts, 'readTree' | 'onFault'> {
  const missing = new Error('no tree in this test');
  return {
    readTree: () => Promise.reject(missing),
    // The tree that is read when the screen rests is missed too.
    onFault: (error) => {
      if (error !== missing) throw error;
    },
  };
}
