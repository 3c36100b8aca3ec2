// A program's own list of its elements (`Cache.GetItems`): one call instead of six for each, but with holes.
// Its values are of this moment; what it lacks are elements, so children are taken from it only where they add up.
import { BodyReader } from '../dbus/reader.ts';
import { readInterfaces, readStates, type Reference, type States } from './atspi.ts';

export interface CachedItem {
  readonly ref: Reference;
  readonly parentPath: string;
  readonly index: number;
  /** Below zero where the program does not say. */
  readonly childCount: number;
  readonly interfaces: number;
  readonly name: string;
  readonly role: number;
  readonly description: string;
  readonly states: States;
}

export interface CachedItems {
  readonly items: ReadonlyMap<string, CachedItem>;
  /** The whole list of an element's children, or undefined where the element has to be asked for it. */
  children(item: CachedItem): readonly Reference[] | undefined;
}

export const NO_ITEMS: CachedItems = { items: new Map(), children: () => undefined };

/** Reads the answer of `GetItems`, which the program of this name on the bus gave. */
export function readCachedItems(body: BodyReader, own: string): CachedItems {
  const items = new Map<string, CachedItem>();
  const byParent = new Map<string, CachedItem[]>();
  const interfacesOf = interfaceReader();
  for (const item of body.array(8, () => readItem(body, own, interfacesOf))) {
    items.set(item.ref.path, item);
    const siblings = byParent.get(item.parentPath);
    if (siblings) siblings.push(item);
    else byParent.set(item.parentPath, [item]);
  }
  return { items, children: (item) => inOrder(item, byParent.get(item.ref.path) ?? []) };
}

function readItem(body: BodyReader, own: string, interfacesOf: (bytes: string) => number): CachedItem {
  body.struct();
  body.struct();
  // Strings are half of what reading costs, so none is made that is known or not looked at.
  const ref = { bus: body.stringLike(own), path: body.string() };
  // The application, then the parent.
  body.struct();
  body.skipString();
  body.skipString();
  body.struct();
  body.skipString();
  const parentPath = body.string();
  const index = body.int32();
  const childCount = body.int32();
  const interfaces = interfacesOf(body.arrayBytes());
  const name = body.string();
  const role = body.uint32();
  const description = body.string();
  const states = readStates(body);
  return { ref, parentPath, index, childCount, interfaces, name, role, description, states };
}

/** A few lists of interfaces are repeated hundreds of times: each is read once. */
function interfaceReader(): (bytes: string) => number {
  const known = new Map<string, number>();
  return (bytes) => {
    let bits = known.get(bytes);
    if (bits === undefined) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      const array = Buffer.concat([length, Buffer.from(bytes, 'latin1')]);
      bits = readInterfaces(new BodyReader(array, 0, array.length));
      known.set(bytes, bits);
    }
    return bits;
  };
}

/** The children at their places; undefined where one is missing, two claim one place, or the count is unknown. */
function inOrder(parent: CachedItem, found: readonly CachedItem[]): readonly Reference[] | undefined {
  if (parent.childCount !== found.length) return undefined;
  const places = new Array<Reference | undefined>(found.length);
  for (const child of found) {
    if (child.index < 0 || child.index >= found.length || places[child.index]) return undefined;
    places[child.index] = child.ref;
  }
  return places.filter((place) => place !== undefined);
}
