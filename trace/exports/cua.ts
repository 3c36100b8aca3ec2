// `cua`: the archive itself, in the layout of Cua's Tracing API.
import type { Exporter } from './exporter.ts';

export const cua: Exporter = {
  format: 'cua',
  about: "the archive: the layout of Cua's Tracing API",
  extension: 'zip',
  async *files(trace) {
    for await (const { name, content } of trace.archive()) {
      yield { name: `${trace.overview.trace_id}/${name}`, content, stored: name.endsWith('.png') };
    }
  },
};
