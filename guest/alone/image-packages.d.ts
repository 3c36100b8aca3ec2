// The part of two packages that the guest uses. They are installed inside the image only, so their own types are not here.
declare module 'pngjs' {
  export interface Pixels {
    readonly width: number;
    readonly height: number;
    /** Red, green, blue, alpha. */
    readonly data: Buffer;
  }

  export const PNG: { readonly sync: { read(png: Buffer): Pixels; write(pixels: Pixels): Buffer } };
}

declare module 'jpeg-js' {
  import type { Pixels } from 'pngjs';

  export function encode(pixels: Pixels, quality: number): { readonly data: Buffer };
}
