// The keyboard extension: reading the map, the state of modifiers and groups, and giving keycodes new keysyms.
import type { Display } from '../x/display.ts';
import { parseKeymap, UNBOUND, type Keymap, type KeySymbols } from './keymap.ts';
import { askRaw, majorOpcode, sendRaw } from '../x/raw-requests.ts';

const CORE_KEYBOARD = 0x100;
const GET_STATE = 4;
const GET_MAP = 8;
const SET_MAP = 9;
const TYPES_AND_SYMBOLS = 3;
const SYMBOLS = 2;
/** The type every server has at this place: two levels, chosen by Shift or Lock. */
const ALPHABETIC = 2;

export interface KeyboardState {
  /** Modifiers in effect. */
  readonly mods: number;
  readonly group: number;
}

/** What a lent keycode is to give: without Shift and with it. */
export interface Binding {
  readonly keycode: number;
  readonly plain: number;
  readonly shifted: number;
}

export interface Xkb {
  keymap(): Promise<Keymap>;
  state(): Promise<KeyboardState>;
  /** Changes keycodes, all at once. `map` is the map as it is now. */
  change(map: Keymap, keys: ReadonlyMap<number, KeySymbols>): void;
}

export async function openXkb(display: Display): Promise<Xkb> {
  const opcode = await majorOpcode(display, 'xkb');
  return {
    keymap: async () => parseKeymap(await askRaw(display, getMap(opcode))),
    state: async () => parseState(await askRaw(display, getState(opcode))),
    change: (map, keys) => {
      if (keys.size > 0) sendRaw(display, [setMap(opcode, map, keys)]);
    },
  };
}

function header(opcode: number, minor: number, size: number): Buffer {
  const request = Buffer.alloc(size);
  request.writeUInt8(opcode, 0);
  request.writeUInt8(minor, 1);
  request.writeUInt16LE(size / 4, 2);
  request.writeUInt16LE(CORE_KEYBOARD, 4);
  return request;
}

const getState = (opcode: number): Buffer => header(opcode, GET_STATE, 8);

function parseState(body: Buffer): KeyboardState {
  return { mods: body.readUInt8(0), group: body.readUInt8(4) };
}

function getMap(opcode: number): Buffer {
  const request = header(opcode, GET_MAP, 28);
  request.writeUInt16LE(TYPES_AND_SYMBOLS, 6);
  return request;
}

/**
 * One request changes keycodes that follow each other. Those between the changed ones are written as they are: programs
 * read the whole map again for every notice of a change, so one notice is worth the bytes.
 */
function setMap(opcode: number, map: Keymap, wanted: ReadonlyMap<number, KeySymbols>): Buffer {
  const first = Math.min(...wanted.keys());
  const last = Math.max(...wanted.keys());
  const keys: KeySymbols[] = [];
  for (let keycode = first; keycode <= last; keycode += 1) {
    keys.push(wanted.get(keycode) ?? map.keys.get(keycode) ?? UNBOUND);
  }
  const keysyms = keys.reduce((sum, key) => sum + key.keysyms.length, 0);
  const request = header(opcode, SET_MAP, 36 + keys.length * 8 + keysyms * 4);
  request.writeUInt16LE(SYMBOLS, 6);
  request.writeUInt8(map.minKeycode, 10);
  request.writeUInt8(map.maxKeycode, 11);
  request.writeUInt8(first, 14);
  request.writeUInt8(keys.length, 15);
  request.writeUInt16LE(keysyms, 16);
  let at = 36;
  for (const key of keys) at = writeKey(request, at, key);
  return request;
}

/**
 * One group, so that every active group gives the same. The alphabetic type takes Shift and Lock for itself, so that
 * no program applies them a second time.
 */
export function boundKey(binding: Binding): KeySymbols {
  return {
    typeOfGroup: [ALPHABETIC, 0, 0, 0],
    groupInfo: 1,
    width: 2,
    keysyms: [binding.plain, binding.shifted],
  };
}

function writeKey(request: Buffer, start: number, key: KeySymbols): number {
  key.typeOfGroup.forEach((type, group) => request.writeUInt8(type, start + group));
  request.writeUInt8(key.groupInfo, start + 4);
  request.writeUInt8(key.width, start + 5);
  request.writeUInt16LE(key.keysyms.length, start + 6);
  key.keysyms.forEach((keysym, index) => request.writeUInt32LE(keysym, start + 8 + index * 4));
  return start + 8 + key.keysyms.length * 4;
}
