// A PNG as a JPEG, for clients of the image used alone. Loaded when the first one is asked for: most never do.

export async function toJpeg(png: Uint8Array, quality: number): Promise<Uint8Array> {
  const [{ PNG }, { encode }] = await Promise.all([import('pngjs'), import('jpeg-js')]);
  const { width, height, data } = PNG.sync.read(Buffer.from(png));
  return encode({ width, height, data }, quality).data;
}
