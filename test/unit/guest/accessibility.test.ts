// The rules of the accessibility tree that need no desktop: order, ids, places, cuts, names.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Rectangle, Reference } from '../../../guest/accessibility/atspi.ts';
import { readCachedItems } from '../../../guest/accessibility/cache-items.ts';
import { type Element, newElement } from '../../../guest/accessibility/element.ts';
import { systemClock } from '../../../guest/clock.ts';
import { type FocusBus, FocusTracker, type Place } from '../../../guest/accessibility/focus.ts';
import { ElementMemory } from '../../../guest/accessibility/element-memory.ts';
import { ElementIds } from '../../../guest/accessibility/ids.ts';
import { roleName, stateNames } from '../../../guest/accessibility/names.ts';
import { placeByScreen } from '../../../guest/accessibility/placement.ts';
import { keepFirst } from '../../../guest/accessibility/report.ts';
import { placeByWindow } from '../../../guest/accessibility/window-placement.ts';
import type { XWindow } from '../../../guest/windows/x-windows.ts';
import { BodyReader } from '../../../guest/dbus/reader.ts';

const SHOWING = { low: 1 << 25, high: 0 };
const HIDDEN = { low: 0, high: 0 };
const PID = 77;
const SCREEN = { x: 0, y: 0, width: 1280, height: 800 };
const NONE = { left: 0, right: 0, top: 0, bottom: 0 };

function element(path: string, extents?: Rectangle, children: Element[] = []): Element {
  return { ...newElement({ bus: ':1.1', path }, 1), states: SHOWING, extents, children, name: path };
}

function box(x: number, y: number, width: number, height: number): Rectangle {
  return { x, y, width, height };
}

function window(title: string, place: Rectangle, more: Partial<XWindow> = {}): XWindow {
  const usual = { classes: [], frame: NONE, shadow: NONE, mapped: true, popup: false };
  return { id: 1, pid: PID, title, place, ...usual, ...more };
}

describe("a program's cache", () => {
  interface Item {
    path: string;
    parent: string;
    index: number;
    count: number;
  }

  /** The answer of GetItems, with as little in it as the type allows. */
  const answer = (items: Item[]): BodyReader => {
    const bytes: number[] = [];
    const align = (to: number): void => {
      while (bytes.length % to !== 0) bytes.push(0);
    };
    const u32 = (value: number): void => {
      align(4);
      for (let shift = 0; shift < 32; shift += 8) bytes.push((value >> shift) & 0xff);
    };
    const text = (value: string): void => {
      u32(value.length);
      bytes.push(...Buffer.from(value), 0);
    };
    const reference = (path: string): void => {
      align(8);
      text(':1.1');
      text(path);
    };
    u32(0);
    align(8);
    const start = bytes.length;
    for (const { path, parent, index, count } of items) {
      align(8);
      for (const one of [path, '/root', parent]) reference(one);
      u32(index);
      u32(count);
      u32(29);
      text('org.a11y.atspi.Component');
      align(4);
      while (bytes.length % 4 !== 0) bytes.push(0);
      text(`name of ${path}`);
      u32(23);
      text('');
      u32(8);
      u32(SHOWING.low);
      u32(0);
    }
    const buffer = Buffer.from(bytes);
    buffer.writeUInt32LE(bytes.length - start, 0);
    return new BodyReader(buffer, 0, buffer.length);
  };

  const childrenOf = (items: Item[], path: string): string[] | undefined => {
    const cached = readCachedItems(answer(items), ':1.1');
    const item = cached.items.get(path);
    assert.ok(item, `${path} is in the cache`);
    return cached.children(item)?.map((child) => child.path);
  };
  const root = (count: number): Item => ({ path: '/root', parent: '/null', index: 0, count });
  const child = (path: string, index: number): Item => ({ path, parent: '/root', index, count: 0 });

  it('gives children in the order of their places', () => {
    assert.deepEqual(childrenOf([child('/b', 1), root(2), child('/a', 0)], '/root'), ['/a', '/b']);
    assert.deepEqual(childrenOf([root(0)], '/root'), []);
  });

  it('is not believed where children are missing, superfluous, without a place, or two in one place', () => {
    assert.equal(childrenOf([root(2), child('/a', 0)], '/root'), undefined);
    assert.equal(childrenOf([root(1), child('/a', 0), child('/b', 1)], '/root'), undefined);
    assert.equal(childrenOf([root(2), child('/a', -1), child('/b', -1)], '/root'), undefined);
    assert.equal(childrenOf([root(2), child('/a', 1), child('/b', 1)], '/root'), undefined);
    assert.equal(childrenOf([root(-1)], '/root'), undefined);
  });

  it('is read with every field', () => {
    const item = readCachedItems(answer([root(0)]), ':1.1').items.get('/root');
    assert.deepEqual(
      { name: item?.name, role: item?.role, states: item?.states, interfaces: item?.interfaces },
      { name: 'name of /root', role: 23, states: SHOWING, interfaces: 1 },
    );
  });
});

describe('ids', () => {
  const ref = (path: string, bus = ':1.1'): Reference => ({ bus, path });

  it('are the same for the same element only', () => {
    const ids = new ElementIds();
    const first = ids.idOf('bus', ref('/1'));
    assert.equal(ids.idOf('bus', ref('/1')), first);
    const others = [
      ids.idOf('bus', ref('/2')),
      ids.idOf('bus', ref('/1', ':1.2')),
      ids.idOf('new bus', ref('/1')),
    ];
    assert.equal(new Set([first, ...others]).size, 4);
  });

  it('outlive readings that do not see the element, and are never given again after its program went', () => {
    const ids = new ElementIds();
    const first = ids.idOf('bus', ref('/1'));
    ids.forget(() => true);
    ids.forget(() => true);
    assert.equal(ids.idOf('bus', ref('/1')), first);
    ids.forget(() => false);
    assert.notEqual(ids.idOf('bus', ref('/1')), first);
  });

  it('are kept for a bounded number of elements that were not seen lately', () => {
    const ids = new ElementIds();
    const first = ids.idOf('bus', ref('/first'));
    for (let at = 0; at < 20_000; at += 1) ids.idOf('bus', ref(`/${at}`));
    ids.forget(() => true);
    const seen = ids.idOf('bus', ref('/19999'));
    ids.forget(() => true);
    assert.equal(ids.idOf('bus', ref('/19999')), seen);
    assert.notEqual(ids.idOf('bus', ref('/first')), first);
  });
});

describe('places that a toolkit gives on the screen', () => {
  it('become bounds where they are on it', () => {
    const inside = element('/in', box(10, 20, 30, 40));
    const nowhere = element('/no', box(-2147483648, -2147483648, 1, 1));
    const flat = element('/flat', box(10, 20, 30, 0));
    const outside = element('/out', box(1280, 0, 10, 10));
    placeByScreen(element('/', undefined, [inside, nowhere, flat, outside]), PID, {
      screen: SCREEN,
      windows: [],
    });
    assert.deepEqual(inside.bounds, box(10, 20, 30, 40));
    assert.deepEqual([nowhere.bounds, flat.bounds, outside.bounds], [undefined, undefined, undefined]);
  });

  it('get the title bar added where the toolkit left it out, once', () => {
    const frame = { left: 5, right: 5, top: 29, bottom: 5 };
    const windows = [window('/qt', box(100, 100, 200, 100), { frame })];
    const qt = element('/qt', box(100, 100, 200, 100));
    const gtk = element('/gtk', box(95, 71, 210, 134));
    for (const one of [qt, gtk])
      placeByScreen(element('/', undefined, [one]), PID, { screen: SCREEN, windows });
    assert.deepEqual(qt.bounds, box(95, 71, 210, 134));
    assert.deepEqual(gtk.bounds, box(95, 71, 210, 134));
  });
});

describe('places that a toolkit gives within a window', () => {
  const shadow = { left: 61, right: 61, top: 55, bottom: 67 };
  const place = (top: Element, ...windows: XWindow[]): void => {
    placeByWindow(element('/', undefined, [top]), PID, { screen: SCREEN, windows });
  };

  it('begin inside the shadow of the window', () => {
    const content = element('/content', box(0, 0, 398, 616));
    const top = element('Calculator', box(0, 0, 398, 616), [content]);
    place(top, window('Calculator', box(-61, -28, 520, 738), { shadow }));
    assert.deepEqual(top.bounds, box(0, 27, 398, 616));
    assert.deepEqual(content.bounds, box(0, 27, 398, 616));
    assert.equal(content.approximate, false);
  });

  it('are moved by the padding that they lie behind', () => {
    const label = element('/label', box(100, 50, 64, 40));
    const button = element('/button', box(100, 50, 72, 44), [label]);
    const filler = element('/filler', box(0, 0, 300, 200));
    const top = element('w', box(0, 0, 300, 200), [button, filler]);
    place(top, window('w', box(10, 20, 300, 200)));
    assert.deepEqual(button.bounds, box(110, 70, 72, 44));
    assert.deepEqual(label.bounds, box(114, 72, 64, 40));
    assert.equal(label.approximate, true);
  });

  it('are moved back where a margin was counted twice', () => {
    const grid = element('/grid', box(24, 24, 276, 176));
    const middle = element('/middle', box(12, 12, 276, 176), [grid]);
    const top = element('w', box(0, 0, 300, 200), [middle]);
    place(top, window('w', box(0, 0, 300, 200)));
    assert.deepEqual(middle.bounds, box(12, 12, 276, 176));
    assert.deepEqual(grid.bounds, box(12, 12, 276, 176));
  });

  it('stay where children are aligned to one side, and where they are scrolled', () => {
    const left = element('/left', box(0, 0, 50, 200));
    const aligned = element('w', box(0, 0, 300, 200), [left]);
    place(aligned, window('w', box(0, 0, 300, 200)));
    assert.deepEqual(left.bounds, box(0, 0, 50, 200));
    const below = element('/below', box(0, 900, 300, 20));
    const long = element('/long', box(0, 0, 300, 2000), [below]);
    const pane = { ...element('/pane', box(0, 0, 300, 200), [long]), role: 49 };
    const scrolled = element('w', box(0, 0, 300, 200), [pane]);
    place(scrolled, window('w', box(0, 0, 300, 200)));
    assert.deepEqual(long.bounds, box(0, 0, 300, 2000));
    assert.equal(below.bounds, undefined);
  });

  it('of a popover are those of its own window', () => {
    const item = element('/item', box(150, 60, 100, 80));
    const popover = element('/popover', box(140, 50, 100, 80), [item]);
    const top = element('w', box(0, 0, 300, 200), [popover]);
    place(top, window('w', box(0, 0, 300, 200)), window('', box(500, 400, 100, 80), { id: 2, popup: true }));
    assert.deepEqual(popover.bounds, box(500, 400, 100, 80));
    assert.deepEqual(item.bounds, box(500, 400, 100, 80));
  });

  it('give no bounds to the elements of a window that is not there, or is minimised', () => {
    const top = element('w', box(0, 0, 300, 200));
    place(
      top,
      window('w', box(0, 0, 300, 200), { mapped: false }),
      window('w', box(0, 0, 300, 200), { pid: 1 }),
    );
    assert.equal(top.bounds, undefined);
  });
});

describe('a report', () => {
  const programs = () =>
    [
      element('/a', undefined, [element('/a/1', undefined, [element('/a/1/1')]), element('/a/2')]),
      element('/b', undefined, [element('/b/1')]),
    ].map((root) => ({ read: { root } }));
  const paths = (roots: readonly Element[]): string[] =>
    roots.flatMap((one) => [one.ref.path, ...paths(one.children)]);
  const keep = (maxNodes: number): { cut: boolean; paths: string[] } => {
    const { cut, kept } = keepFirst(programs(), maxNodes);
    return { cut, paths: paths(kept.map(({ read }) => read.root)) };
  };

  it('is cut from the depths upwards, and says so', () => {
    assert.deepEqual(keep(7), { cut: false, paths: ['/a', '/a/1', '/a/1/1', '/a/2', '/b', '/b/1'] });
    assert.deepEqual(keep(6), { cut: true, paths: ['/a', '/a/1', '/a/2', '/b', '/b/1'] });
    assert.deepEqual(keep(3), { cut: true, paths: ['/a', '/b'] });
    assert.deepEqual(keep(2), { cut: true, paths: ['/a'] });
    assert.deepEqual(keep(1), { cut: true, paths: [] });
  });

  it('leaves out what went away while it was read', () => {
    const root = element('/a', undefined, [{ ...element('/gone'), gone: true }, element('/here')]);
    const { cut, kept } = keepFirst([{ read: { root } }], 10);
    assert.equal(cut, false);
    assert.deepEqual(paths(kept.map(({ read }) => read.root)), ['/a', '/here']);
  });
});

describe('what is remembered of elements', () => {
  const button = (more: Partial<Element> = {}): Element => ({ ...element('/x'), states: HIDDEN, ...more });
  /** After a reading in which a button's action was listed as Click and named click. */
  const afterReading = (states = HIDDEN): ElementMemory => {
    const memory = new ElementMemory(':1.1');
    const seen = button({ states });
    assert.equal(memory.rememberActions(seen, ['Click']), false);
    memory.nameAction(seen, 0, 'click');
    memory.rememberInterfaces(seen);
    memory.endReading();
    return memory;
  };

  it('serves the actions of elements off the screen that have not changed, and no others', () => {
    const unchanged = button();
    assert.equal(afterReading().recallActions(unchanged), true);
    assert.deepEqual(unchanged.actions, ['click']);
    for (const changed of [
      { states: SHOWING },
      { name: 'other' },
      { states: { low: 4, high: 0 } },
      { role: 5 },
    ]) {
      assert.equal(afterReading().recallActions(button(changed)), false);
    }
  });

  it('serves the names of actions that are listed as before', () => {
    const showing = button({ states: SHOWING });
    assert.equal(afterReading(SHOWING).rememberActions(showing, ['Click']), true);
    assert.deepEqual(showing.actions, ['click']);
    const other = button({ states: SHOWING });
    assert.equal(afterReading(SHOWING).rememberActions(other, ['Press']), false);
    assert.deepEqual(other.actions, ['Press']);
  });

  it('does not take empty names for the same', () => {
    const memory = new ElementMemory(':1.1');
    memory.rememberActions(button(), ['']);
    memory.nameAction(button(), 0, 'press');
    memory.endReading();
    assert.equal(memory.rememberActions(button(), ['']), false);
  });

  it('does not hold names that were never answered', () => {
    const memory = new ElementMemory(':1.1');
    memory.rememberActions(button(), ['Click']);
    memory.endReading();
    assert.equal(memory.recallActions(button()), false);
    assert.equal(memory.rememberActions(button(), ['Click']), false);
  });

  it('is forgotten once a reading did not come across the element', () => {
    const memory = afterReading();
    assert.equal(memory.recallInterfaces(button()), 0);
    memory.endReading();
    memory.endReading();
    assert.equal(memory.recallActions(button()), false);
    assert.equal(memory.recallInterfaces(button()), undefined);
  });
});

describe('the focus', () => {
  const busThat = (alive: boolean): FocusBus => ({
    alive,
    address: 'unix:path=/bus',
    application: () => assert.fail('nothing is asked of a program here'),
  });
  const bus = busThat(true);
  const place = (path: string): Place => ({ bus, ref: { bus: ':1.1', path } });
  const pathOf = (focus: FocusTracker): string | undefined => focus.place?.ref.path;

  it('is where the last event said, and nowhere once that element lost it', () => {
    const focus = new FocusTracker(systemClock);
    focus.heard({ ...place('/a'), focused: true });
    focus.heard({ ...place('/b'), focused: true });
    focus.heard({ ...place('/a'), focused: false });
    assert.equal(pathOf(focus), '/b');
    focus.heard({ ...place('/b'), focused: false });
    assert.equal(focus.place, undefined);
  });

  it('is believed of a walk only where no event told of it', () => {
    const focus = new FocusTracker(systemClock);
    focus.found(place('/walked'));
    assert.equal(pathOf(focus), '/walked');
    focus.heard({ ...place('/heard'), focused: true });
    focus.found(place('/walked'));
    assert.equal(pathOf(focus), '/heard');
  });

  it('is lost with its bus', () => {
    const focus = new FocusTracker(systemClock);
    focus.found({ ...place('/a'), bus: busThat(false) });
    assert.equal(focus.place, undefined);
  });
});

describe('names', () => {
  it("are AT-SPI's", () => {
    assert.deepEqual([14, 23, 33, 35, 40, 43, 130].map(roleName), [
      ...['desktop frame', 'frame', 'menu', 'menu item', 'password text', 'button', 'switch'],
    ]);
    assert.equal(roleName(9999), 'unknown');
    const states = { low: (1 << 1) | (1 << 25) | (1 << 31), high: (1 << 0) | (1 << 11) };
    assert.deepEqual(stateNames({ ...states, low: states.low >>> 0 }), [
      ...['active', 'showing', 'manages descendants', 'indeterminate', 'read only'],
    ]);
  });
});
