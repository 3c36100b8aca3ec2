// Reads one program's elements: all calls are on their way at once, bounded by depth, count and time.
import type { OnReply } from '../dbus/connection.ts';
import { DBusError } from '../dbus/error.ts';
import type { Method } from '../dbus/method.ts';
import type { BodyReader } from '../dbus/reader.ts';
import type { Application } from './application.ts';
import * as atspi from './atspi.ts';
import { type CachedItem, type CachedItems, NO_ITEMS, readCachedItems } from './cache-items.ts';
import { type Element, MAX_TEXT, newElement } from './element.ts';
import type { ElementMemory } from './element-memory.ts';
import { hasState, ROLE_DOCUMENT_WEB, STATE_SHOWING } from './names.ts';

export interface ReadLimits {
  readonly maxNodes: number;
  readonly maxDepth: number;
}

export interface ApplicationRead {
  /** What was read until it was whole or the time was over. */
  readonly root: Element;
  readonly elements: number;
  /** A limit left elements out. */
  readonly cut: boolean;
  /** Answers that could not be understood. */
  readonly unreadable: number;
  /** Every call was answered. */
  readonly whole: boolean;
}

/** Reads `application` until it is whole or `signal` ends; does not reject. */
export function readApplication(
  application: Application,
  limits: ReadLimits,
  signal: AbortSignal,
): Promise<ApplicationRead> {
  return new Promise((resolve) => {
    new ApplicationReader(application, limits, signal, resolve).start();
  });
}

class ApplicationReader {
  readonly #application: Application;
  readonly #memory: ElementMemory;
  readonly #limits: ReadLimits;
  readonly #signal: AbortSignal;
  readonly #resolve: (read: ApplicationRead) => void;
  readonly #root: Element;
  /** Keeps a loop among the elements from being walked for ever. */
  readonly #seen = new Set<string>();
  readonly #getExtents: Method;
  #cached: CachedItems = NO_ITEMS;
  #pending = 0;
  #elements = 1;
  #cut = false;
  #unreadable = 0;
  #finished = false;

  constructor(
    application: Application,
    limits: ReadLimits,
    signal: AbortSignal,
    resolve: (read: ApplicationRead) => void,
  ) {
    this.#application = application;
    this.#memory = application.memory;
    this.#limits = limits;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#root = newElement({ bus: application.name, path: atspi.ROOT_PATH }, 1);
    this.#getExtents = application.screenPositions ? atspi.GET_SCREEN_EXTENTS : atspi.GET_WINDOW_EXTENTS;
  }

  start(): void {
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#signal.aborted) {
      this.#finish(false);
      return;
    }
    this.#seen.add(this.#key(this.#root.ref));
    if (!this.#application.direct) {
      this.#read(this.#root);
      return;
    }
    // Only what stands on ATK has both a socket of its own and a cache that holds more than a few elements.
    const cache = { bus: this.#application.name, path: atspi.CACHE_PATH };
    this.#call(cache, atspi.GET_ITEMS, (error, body) => {
      if (!error) this.#cached = readCachedItems(body, this.#application.name);
      this.#read(this.#root);
    });
  }

  readonly #onAbort = (): void => {
    this.#finish(false);
  };

  #read(element: Element): void {
    const item =
      element.ref.bus === this.#application.name ? this.#cached.items.get(element.ref.path) : undefined;
    if (!item) {
      this.#askBasics(element);
      this.#askChildren(element);
      return;
    }
    fill(element, item);
    this.#askDetails(element);
    const children = this.#cached.children(item);
    if (children) this.#adopt(element, children);
    else this.#askChildren(element);
  }

  #askBasics(element: Element): void {
    const interfaces = this.#application.direct ? this.#memory.recallInterfaces(element) : undefined;
    let missing = interfaces === undefined ? 5 : 4;
    const ask = (call: Method, read: (body: BodyReader) => void): void => {
      this.#call(element.ref, call, (error, body) => {
        if (error) element.gone = true;
        else read(body);
        missing -= 1;
        if (missing === 0 && !element.gone) this.#askDetails(element);
      });
    };
    ask(atspi.GET_ROLE, (body) => (element.role = body.uint32()));
    ask(atspi.GET_STATE, (body) => (element.states = atspi.readStates(body)));
    if (interfaces === undefined) {
      ask(atspi.GET_INTERFACES, (body) => {
        element.interfaces = atspi.readInterfaces(body);
        this.#memory.rememberInterfaces(element);
      });
    } else {
      element.interfaces = interfaces;
    }
    ask(atspi.GET_NAME, (body) => (element.name = String(body.variant('s'))));
    ask(atspi.GET_DESCRIPTION, (body) => (element.description = String(body.variant('s'))));
  }

  #askChildren(element: Element): void {
    this.#call(element.ref, atspi.GET_CHILDREN, (error, body) => {
      if (!error) this.#adopt(element, atspi.readReferences(body));
    });
  }

  #adopt(parent: Element, references: readonly atspi.Reference[]): void {
    if (references.length > 0 && parent.depth >= this.#limits.maxDepth) {
      this.#cut = true;
      return;
    }
    for (const ref of references) {
      if (this.#elements >= this.#limits.maxNodes) {
        this.#cut = true;
        return;
      }
      const name = this.#key(ref);
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      this.#elements += 1;
      const child = newElement(ref, parent.depth + 1);
      parent.children.push(child);
      this.#read(child);
    }
  }

  #askDetails(element: Element): void {
    const { ref, interfaces } = element;
    if (interfaces & atspi.HAS_COMPONENT && hasState(element.states, STATE_SHOWING)) {
      this.#ask(ref, this.#getExtents, (body) => (element.extents = atspi.readRectangle(body)));
    }
    if (interfaces & atspi.HAS_ACTION) this.#askActions(element);
    if (interfaces & atspi.HAS_VALUE) {
      this.#ask(ref, atspi.GET_VALUE, (body) => (element.value = body.variant('d')));
    } else if (interfaces & atspi.HAS_TEXT) {
      this.#askText(element);
    }
    if (element.role === ROLE_DOCUMENT_WEB) this.#askUrl(element);
  }

  #key(ref: atspi.Reference): string {
    return atspi.referenceKey(ref, this.#application.name);
  }

  #askUrl(element: Element): void {
    this.#ask(element.ref, atspi.GET_DOCUMENT_URL, (body) => {
      element.url = body.string();
      if (element.url !== '') return;
      this.#ask(element.ref, atspi.GET_DOCUMENT_URI, (uri) => (element.url = uri.string()));
    });
  }

  #askActions(element: Element): void {
    if (this.#memory.recallActions(element)) return;
    this.#ask(element.ref, atspi.GET_ACTIONS, (body) => {
      const shown = atspi.readShownActions(body);
      if (this.#memory.rememberActions(element, shown)) return;
      shown.forEach((_name, at) => this.#askActionName(element, at));
    });
  }

  /** GTK4 has no such name for some of its actions. */
  #askActionName(element: Element, at: number): void {
    this.#call(element.ref, atspi.getActionName(at), (error, body) => {
      this.#memory.nameAction(element, at, error ? undefined : body.string());
    });
  }

  #askText(element: Element): void {
    this.#ask(element.ref, atspi.GET_LENGTH, (body) => {
      const length = Number(body.variant('i'));
      element.textLength = length;
      element.value = '';
      if (length <= 0) return;
      const call = atspi.getText(Math.min(length, MAX_TEXT));
      this.#ask(element.ref, call, (text) => (element.value = text.string()));
    });
  }

  /** A call whose error leaves the detail out: the element may have gone, or lost the interface. */
  #ask(ref: atspi.Reference, call: Method, read: (body: BodyReader) => void): void {
    this.#call(ref, call, (error, body) => {
      if (!error) read(body);
    });
  }

  #call(ref: atspi.Reference, call: Method, onReply: OnReply): void {
    this.#pending += 1;
    this.#application.call(
      ref,
      call,
      (error: DBusError | undefined, body) => {
        if (this.#finished) return;
        this.#understand(onReply, error, body);
        this.#pending -= 1;
        if (this.#pending === 0) this.#finish(true);
      },
      this,
    );
  }

  /** An answer of another shape than AT-SPI's is counted and costs its own detail only. */
  #understand(onReply: OnReply, error: DBusError | undefined, body: BodyReader): void {
    try {
      onReply(error, body);
    } catch (thrown) {
      if (!(thrown instanceof DBusError)) throw thrown;
      this.#unreadable += 1;
    }
  }

  #finish(whole: boolean): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#memory.endReading();
    if (!whole) this.#application.abandon(this);
    this.#resolve({
      root: this.#root,
      elements: this.#elements,
      cut: this.#cut,
      unreadable: this.#unreadable,
      whole,
    });
  }
}

function fill(element: Element, item: CachedItem): void {
  element.role = item.role;
  element.name = item.name;
  element.description = item.description;
  element.states = item.states;
  element.interfaces = item.interfaces;
}
