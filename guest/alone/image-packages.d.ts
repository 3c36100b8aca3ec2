// The part of two packages that the guest uses. They are installed inside the image only, so their own types are not here.
interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha. */
  readonly data: Buffer;
}

declare module 'pngjs' {
  export const PNG: { readonly sync: { read(png: Buffer): Pixels } };
}

declare module 'jpeg-js' {
  export function encode(pixels: Pixels, quality: number): { readonly data: Buffer };
}
