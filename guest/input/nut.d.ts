// The part of nut.js that the guest uses. The package is installed inside the image only, so its own types are not here.
declare module '@nut-tree/nut-js' {
  export interface MouseProvider {
    setMouseDelay(delay: number): void;
    setMousePosition(point: { x: number; y: number }): Promise<void>;
    click(button: number): Promise<void>;
    pressButton(button: number): Promise<void>;
    releaseButton(button: number): Promise<void>;
    scrollUp(amount: number): Promise<void>;
    scrollDown(amount: number): Promise<void>;
    scrollLeft(amount: number): Promise<void>;
    scrollRight(amount: number): Promise<void>;
  }

  export const providerRegistry: { getMouse(): MouseProvider };
  export const Button: { readonly LEFT: number; readonly MIDDLE: number; readonly RIGHT: number };
}
