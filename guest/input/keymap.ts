// The keyboard map as the X server holds it: which keycode gives which keysym under which modifiers and group.

/** Real modifier bits of X. */
export const MOD = { shift: 1, lock: 2, control: 4 } as const;

/** How a key's modifiers choose its level. */
export interface KeyType {
  /** Modifiers that take part in the choice. */
  readonly mask: number;
  readonly levels: ReadonlyMap<number, number>;
}

export interface KeySymbols {
  readonly typeOfGroup: readonly number[];
  /** XKB's byte: how many groups the key has, and what a group beyond them means. */
  readonly groupInfo: number;
  /** Levels a group; `keysyms` holds the groups one after the other. */
  readonly width: number;
  readonly keysyms: readonly number[];
}

export interface Keymap {
  readonly minKeycode: number;
  readonly maxKeycode: number;
  readonly types: readonly KeyType[];
  /** By keycode. */
  readonly keys: ReadonlyMap<number, KeySymbols>;
}

/** Reads the body of a reply to XKB's GetMap with types and symbols, from its ninth byte on. */
export function parseKeymap(body: Buffer): Keymap {
  const minKeycode = body.readUInt8(2);
  const maxKeycode = body.readUInt8(3);
  const typeCount = body.readUInt8(7);
  const firstKey = body.readUInt8(9);
  const keyCount = body.readUInt8(12);
  const types: KeyType[] = [];
  let at = 32;
  for (let index = 0; index < typeCount; index += 1) {
    const { type, next } = parseType(body, at);
    types.push(type);
    at = next;
  }
  const keys = new Map<number, KeySymbols>();
  for (let index = 0; index < keyCount; index += 1) {
    const { key, next } = parseKey(body, at);
    keys.set(firstKey + index, key);
    at = next;
  }
  return { minKeycode, maxKeycode, types, keys };
}

function parseType(body: Buffer, at: number): { type: KeyType; next: number } {
  const entries = body.readUInt8(at + 5);
  const hasPreserve = body.readUInt8(at + 6) !== 0;
  const levels = new Map<number, number>();
  for (let index = 0; index < entries; index += 1) {
    const entry = at + 8 + index * 8;
    const isActive = body.readUInt8(entry) !== 0;
    if (isActive) levels.set(body.readUInt8(entry + 1), body.readUInt8(entry + 2));
  }
  const type = { mask: body.readUInt8(at), levels };
  return { type, next: at + 8 + entries * 8 + (hasPreserve ? entries * 4 : 0) };
}

function parseKey(body: Buffer, at: number): { key: KeySymbols; next: number } {
  const count = body.readUInt16LE(at + 6);
  const keysyms = Array.from({ length: count }, (_, index) => body.readUInt32LE(at + 8 + index * 4));
  const key: KeySymbols = {
    typeOfGroup: [0, 1, 2, 3].map((group) => body.readUInt8(at + group)),
    groupInfo: body.readUInt8(at + 4),
    width: body.readUInt8(at + 5),
    keysyms,
  };
  return { key, next: at + 8 + count * 4 };
}

export const UNBOUND: KeySymbols = { typeOfGroup: [0, 0, 0, 0], groupInfo: 0, width: 0, keysyms: [] };

const CLAMP = 0x40;
const REDIRECT = 0x80;

const groupCount = (key: KeySymbols): number => key.groupInfo & 0x0f;

/** The group that a key uses where the keyboard is in `group`. */
function effectiveGroup(key: KeySymbols, group: number): number {
  const count = groupCount(key);
  if (group < count) return group;
  if (key.groupInfo & CLAMP) return count - 1;
  const redirectTo = (key.groupInfo >> 4) & 3;
  if (key.groupInfo & REDIRECT) return redirectTo < count ? redirectTo : 0;
  return group % count;
}

/** The keysym that a key gives in a group under some modifiers; 0 where it gives none. */
export function keysymAt(map: Keymap, key: KeySymbols, group: number, mods: number): number {
  if (groupCount(key) === 0) return 0;
  const inRange = effectiveGroup(key, group);
  const type = map.types[key.typeOfGroup[inRange] ?? 0];
  const level = type?.levels.get(mods & type.mask) ?? 0;
  return key.keysyms[inRange * key.width + level] ?? 0;
}

/** Whether the key's level already answers to CapsLock; otherwise programs make a capital of what it gives. */
export function obeysLock(map: Keymap, key: KeySymbols, group: number): boolean {
  if (groupCount(key) === 0) return false;
  const type = map.types[key.typeOfGroup[effectiveGroup(key, group)] ?? 0];
  return type !== undefined && (type.mask & MOD.lock) !== 0;
}

/** Keycodes without any symbol, the highest first. */
export function unboundKeycodes(map: Keymap): number[] {
  const found: number[] = [];
  for (const [keycode, key] of map.keys) {
    if (keycode > map.minKeycode && key.keysyms.every((keysym) => keysym === 0)) found.push(keycode);
  }
  return found.sort((a, b) => b - a);
}
