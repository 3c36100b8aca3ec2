// Where the noVNC package lies: its modules are served as they are.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package exports `core/rfb.js` alone; its folders `core` and `vendor` belong together. */
export function noVncRoot(): string {
  const rfb = fileURLToPath(import.meta.resolve('@novnc/novnc'));
  return join(dirname(rfb), '..');
}
