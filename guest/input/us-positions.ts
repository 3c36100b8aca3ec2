// Where a US keyboard has its characters: shortcuts are known to programs by these places too.

/** From the left: keycodes of the evdev rules, which Xvnc has, and the characters without and with Shift. */
const ROWS = [
  [10, '1234567890-=', '!@#$%^&*()_+'],
  [24, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [38, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [51, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
] as const;

export interface Position {
  readonly keycode: number;
  readonly shift: boolean;
  /** The keysyms of the place, which are ASCII. */
  readonly plain: number;
  readonly shifted: number;
}

/** The place of an ASCII character other than the space; undefined for every other keysym. */
export function usPosition(keysym: number): Position | undefined {
  if (keysym <= 0x20 || keysym > 0x7e) return undefined;
  const character = String.fromCharCode(keysym);
  for (const [first, plain, shifted] of ROWS) {
    const at = Math.max(plain.indexOf(character), shifted.indexOf(character));
    if (at < 0) continue;
    return {
      keycode: first + at,
      shift: shifted[at] === character,
      plain: plain.charCodeAt(at),
      shifted: shifted.charCodeAt(at),
    };
  }
  return undefined;
}
