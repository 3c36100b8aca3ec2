// The exporters, by their formats: the one list that route, command line and help read.
import { DeskreelError } from '../../protocol/errors.ts';
import { agentnet } from './agentnet.ts';
import { anthropic } from './anthropic.ts';
import { atif } from './atif.ts';
import { cua } from './cua.ts';
import { cuaViewer } from './cua-viewer.ts';
import type { Exporter } from './exporter.ts';
import { imagefolder } from './imagefolder.ts';
import { openai } from './openai.ts';
import { osworld } from './osworld.ts';
import { otel } from './otel.ts';
import { playwright } from './playwright.ts';
import { predicate } from './predicate.ts';
import { pyautogui } from './pyautogui.ts';
import { sdk } from './sdk/sdk.ts';
import { sharegpt } from './sharegpt.ts';
import { video } from './video.ts';

export const EXPORTERS: readonly Exporter[] = [
  cua,
  cuaViewer,
  playwright,
  predicate,
  osworld,
  agentnet,
  atif,
  sharegpt,
  imagefolder,
  anthropic,
  openai,
  pyautogui,
  sdk,
  otel,
  video,
];

/** Throws `not_found`, naming the formats that there are. */
export function exporterFor(format: string): Exporter {
  const found = EXPORTERS.find((exporter) => exporter.format === format);
  if (found) return found;
  const known = EXPORTERS.map((exporter) => exporter.format).join(', ');
  throw new DeskreelError('not_found', `there is no export format ${format}; there are ${known}`);
}
