// An uploaded `action` event as the command that it was: what exports and viewers show as a step.
import { resolveCommand } from '../../protocol/commands/table.ts';
import type { Point } from '../../protocol/primitives.ts';
import { isRecord } from '../../protocol/record.ts';
import { numberAt, recordAt, textAt } from '../../trace/predicate/event.ts';

export interface UploadedCommand {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly masked?: string[];
}

type Data = Record<string, unknown>;

/** Where elements are, by their ids: of the snapshot that the action was decided on. */
export type Places = ReadonlyMap<number, Point>;

/** Undefined for what is no command, and for a click of which nobody says where. */
export function commandOf(data: Data, places: Places): UploadedCommand | undefined {
  const kind = textAt(data, 'kind', 'action_type', 'type')?.toLowerCase() ?? '';
  const told = ownCommand(data);
  if (told) return told;
  return Object.hasOwn(COMMANDS, kind) ? COMMANDS[kind]?.(data, places) : undefined;
}

/** Deskreel's own export names the command itself. */
function ownCommand(data: Data): UploadedCommand | undefined {
  const method = textAt(data, 'action_type');
  const args = data['raw'];
  return method !== undefined && resolveCommand(method) && isRecord(args)
    ? { method, args, ...maskedOf(data) }
    : undefined;
}

const COMMANDS: Readonly<Record<string, (data: Data, places: Places) => UploadedCommand | undefined>> = {
  click: (data, places) => {
    const place = placeOf(data, places);
    const button = textAt(data, 'button');
    return place && { method: button === 'right' ? 'right_click' : 'left_click', args: { ...place } };
  },
  double_click: (data, places) => {
    const place = placeOf(data, places);
    return place && { method: 'double_click', args: { ...place } };
  },
  type: (data) => {
    const text = textAt(data, 'text');
    const masked = maskedOf(data);
    if (text === undefined && !masked.masked) return undefined;
    return { method: 'type_text', args: text === undefined ? {} : { text }, ...masked };
  },
  press: (data) => {
    const key = textAt(data, 'key');
    return key === undefined ? undefined : { method: 'press_key', args: { key } };
  },
  keypress: ({ keys }) => (Array.isArray(keys) ? { method: 'hotkey', args: { keys } } : undefined),
  navigate: (data) => {
    const target = textAt(data, 'url');
    return target === undefined ? undefined : { method: 'open', args: { target } };
  },
};

function maskedOf({ masked }: Data): { masked?: string[] } {
  return Array.isArray(masked) ? { masked: masked.map(String) } : {};
}

function placeOf(data: Data, places: Places): Point | undefined {
  for (const said of [data, recordAt(data, 'cursor')]) {
    const [x, y] = [numberAt(said, 'x'), numberAt(said, 'y')];
    if (x !== undefined && y !== undefined) return { x: Math.round(x), y: Math.round(y) };
  }
  const id = numberAt(data, 'element_id', 'target_element_id');
  return id === undefined ? undefined : places.get(id);
}

/** The middles of a snapshot's elements. */
export function placesIn({ elements }: Data): Places {
  const places = new Map<number, Point>();
  for (const element of Array.isArray(elements) ? elements : []) {
    const id = isRecord(element) ? numberAt(element, 'id') : undefined;
    const { x, y, width, height } = isRecord(element) ? recordAt(element, 'bbox') : {};
    if (id === undefined || ![x, y, width, height].every(Number.isFinite)) continue;
    const middle = (from: unknown, size: unknown): number => Math.round(Number(from) + Number(size) / 2);
    places.set(id, { x: middle(x, width), y: middle(y, height) });
  }
  return places;
}
