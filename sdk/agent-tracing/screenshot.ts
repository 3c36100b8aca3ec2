// Images of rows: their format, and what the user's processor makes of them before anything else sees them.
import { messageOf } from './logger.ts';

export type ImageFormat = 'png' | 'jpeg';

/** Takes and returns base64. Where it throws, the image is dropped. */
export type ScreenshotProcessor = (screenshotBase64: string) => string | Promise<string>;

const DATA_URL = /^data:image\/([a-z]+);base64,/;

/** An image as base64 without a data URL's beginning, and what that said of its format. */
export function plainBase64(screenshot: string): { base64: string; format: ImageFormat | undefined } {
  const prefix = DATA_URL.exec(screenshot);
  if (!prefix) return { base64: screenshot, format: formatOf(screenshot) };
  const base64 = screenshot.slice(prefix[0].length);
  return { base64, format: prefix[1] === 'png' ? 'png' : 'jpeg' };
}

/** By the first bytes. */
export function formatOf(base64: string): ImageFormat | undefined {
  if (base64.startsWith('iVBORw0KGgo')) return 'png';
  return base64.startsWith('/9j/') ? 'jpeg' : undefined;
}

type Data = Record<string, unknown>;

/** The row's data with its image processed, or without it and with the reason. Never throws; a promise if need be. */
export function processed(data: Data, processor: ScreenshotProcessor): Data | Promise<Data> {
  try {
    const result = processor(String(data['screenshot_base64']));
    if (typeof result === 'string') return withImage(data, result);
    return Promise.resolve(result).then(
      (image) => withImage(data, image),
      (error: unknown) => withoutImage(data, `screenshotProcessor failed: ${messageOf(error)}`),
    );
  } catch (error) {
    return withoutImage(data, `screenshotProcessor failed: ${messageOf(error)}`);
  }
}

function withImage(data: Data, image: unknown): Data {
  if (typeof image !== 'string' || image === '') {
    return withoutImage(data, 'screenshotProcessor returned no image');
  }
  const { base64, format } = plainBase64(image);
  const row: Data = { ...data, screenshot_base64: base64, ...(format ? { screenshot_format: format } : {}) };
  // What the processor took out is still in the frame: the row must not lead there.
  delete row['frame'];
  return row;
}

function withoutImage(data: Data, reason: string): Data {
  const rest: Data = { ...data, evidence: reason };
  delete rest['frame'];
  delete rest['screenshot_base64'];
  delete rest['screenshot_format'];
  return rest;
}
