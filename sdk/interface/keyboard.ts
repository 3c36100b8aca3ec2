// Methods that work the keyboard.
import type { Call, CallOptions } from './call.ts';

export interface TypeOptions extends CallOptions {
  /** The text is recorded masked, and painted over in the recorder's pictures. Default false. */
  secret?: boolean;
}

/** `verified` is there where the focused element shows its text: whether it shows what was typed. */
export interface Typed {
  verified?: boolean | undefined;
}

export function keyboardMethods(call: Call) {
  const pressKey = async (key: string, options?: CallOptions): Promise<void> => {
    await call('press_key', { key }, options);
  };
  return {
    /** Types any Unicode text, as it is, into what has the focus; 100 000 characters at the most. */
    async typeText(text: string, { secret = false, ...options }: TypeOptions = {}): Promise<Typed> {
      return call('type_text', { text, secret }, options);
    },
    /** Presses a key and lets it go: one character, or a name such as `enter`, `page_down`, `f5`. Throws `unknown_key`. */
    pressKey,
    /** Another name of `pressKey`. */
    press: pressKey,
    /** Presses a key and holds it until `keyUp`, or until the session ends. */
    async keyDown(key: string, options?: CallOptions): Promise<void> {
      await call('key_down', { key }, options);
    },
    /** Lets a key go. */
    async keyUp(key: string, options?: CallOptions): Promise<void> {
      await call('key_up', { key }, options);
    },
    /** Presses a key, or keys joined by +, holds for `seconds` (0 to 100) and lets go. */
    async holdKey(key: string, seconds: number, options?: CallOptions): Promise<void> {
      await call('hold_key', { key, duration: seconds }, options);
    },
    /** Presses keys together: `hotkey('ctrl', 's')`. Call options go behind a list: `hotkey(['ctrl', 's'], {…})`. */
    async hotkey(...args: string[] | [keys: readonly string[], options?: CallOptions]): Promise<void> {
      const { keys, options } = hotkeyArguments(args);
      await call('hotkey', { keys }, options);
    },
  };
}

function hotkeyArguments(args: readonly unknown[]): { keys: string[]; options: CallOptions | undefined } {
  const [first, second] = args;
  if (!Array.isArray(first)) return { keys: args.map(String), options: undefined };
  return {
    keys: first.map(String),
    options: typeof second === 'object' && second !== null ? second : undefined,
  };
}

export type KeyboardMethods = ReturnType<typeof keyboardMethods>;
