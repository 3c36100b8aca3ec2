// The index beside its trace.
import { rename, writeFile } from 'node:fs/promises';
import { buildTraceIndex } from './build-index.ts';
import { studioForm } from './index-form.ts';

/**
 * Writes the index, by default to `<name>.index.json` beside the trace, in the whole form or in that of Predicate's
 * Studio. Returns where. Throws `not_found` where there is no trace.
 */
export async function writeTraceIndex(
  path: string,
  indexPath = `${path.replace(/\.jsonl$/, '')}.index.json`,
  frontendFormat = false,
): Promise<string> {
  const index = await buildTraceIndex(path);
  const form = frontendFormat ? studioForm(index) : index;
  const temporary = `${indexPath}.tmp`;
  await writeFile(temporary, `${JSON.stringify(form, undefined, 2)}\n`, { mode: 0o600 });
  await rename(temporary, indexPath);
  return indexPath;
}
