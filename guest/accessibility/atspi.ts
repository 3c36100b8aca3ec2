// The part of AT-SPI that is spoken here: paths, calls built once, and readers for their answers.
import { type Method, method } from '../dbus/method.ts';
import type { BodyReader } from '../dbus/reader.ts';

export const ROOT_PATH = '/org/a11y/atspi/accessible/root';
export const NULL_PATH = '/org/a11y/atspi/null';
export const CACHE_PATH = '/org/a11y/atspi/cache';
export const REGISTRY = 'org.a11y.atspi.Registry';
export const REGISTRY_PATH = '/org/a11y/atspi/registry';

const ACCESSIBLE = 'org.a11y.atspi.Accessible';
const COMPONENT = 'org.a11y.atspi.Component';
const ACTION = 'org.a11y.atspi.Action';
const TEXT = 'org.a11y.atspi.Text';
const VALUE = 'org.a11y.atspi.Value';
const EDITABLE_TEXT = 'org.a11y.atspi.EditableText';
const DOCUMENT = 'org.a11y.atspi.Document';
const APPLICATION = 'org.a11y.atspi.Application';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

// Properties are asked for one by one: Qt 6.8 crashes when asked for all of an element at once.
function property(interfaceName: string, name: string): Method {
  return method(PROPERTIES, 'Get', [
    ['s', interfaceName],
    ['s', name],
  ]);
}

export const GET_CHILDREN = method(ACCESSIBLE, 'GetChildren');
/** The registry is started by this call, should it have died. */
export const GET_APPLICATIONS = method(ACCESSIBLE, 'GetChildren', [], { activate: true });
export const GET_ROLE = method(ACCESSIBLE, 'GetRole');
export const GET_STATE = method(ACCESSIBLE, 'GetState');
export const GET_INTERFACES = method(ACCESSIBLE, 'GetInterfaces');
export const GET_NAME = property(ACCESSIBLE, 'Name');
export const GET_DESCRIPTION = property(ACCESSIBLE, 'Description');
export const GET_SCREEN_EXTENTS = method(COMPONENT, 'GetExtents', [['u', 0]]);
export const GET_WINDOW_EXTENTS = method(COMPONENT, 'GetExtents', [['u', 1]]);
export const GET_ACTIONS = method(ACTION, 'GetActions');
export const GET_VALUE = property(VALUE, 'CurrentValue');
export const GET_LENGTH = property(TEXT, 'CharacterCount');
export const GET_CARET = property(TEXT, 'CaretOffset');
/** Where a browser's document comes from: Firefox's name for it, and Chromium's. */
export const GET_DOCUMENT_URL = method(DOCUMENT, 'GetAttributeValue', [['s', 'DocURL']]);
export const GET_DOCUMENT_URI = method(DOCUMENT, 'GetAttributeValue', [['s', 'URI']]);
export const GET_TOOLKIT = property(APPLICATION, 'ToolkitName');
export const GET_OWN_ADDRESS = method(APPLICATION, 'GetApplicationBusAddress');
export const GET_ITEMS = method('org.a11y.atspi.Cache', 'GetItems');

const FIRST_ACTION_NAMES = Array.from({ length: 8 }, (_unused, index) => buildActionName(index));

/** The name that programs use for an action. */
export function getActionName(index: number): Method {
  return FIRST_ACTION_NAMES[index] ?? buildActionName(index);
}

function buildActionName(index: number): Method {
  return method(ACTION, 'GetName', [['i', index]]);
}

/** The first `length` characters of a text. */
export function getText(length: number): Method {
  return method(TEXT, 'GetText', [
    ['i', 0],
    ['i', length],
  ]);
}

/** Answers whether the element took the action. */
export function doAction(index: number): Method {
  return method(ACTION, 'DoAction', [['i', index]]);
}

/** Answers whether the element takes the focus. */
export const GRAB_FOCUS = method(COMPONENT, 'GrabFocus');

/** Answers whether the element took the text in the place of its own. */
export function setTextContents(text: string): Method {
  return method(EDITABLE_TEXT, 'SetTextContents', [['s', text]]);
}

export function setCurrentValue(value: number): Method {
  return method(PROPERTIES, 'Set', [
    ['s', VALUE],
    ['s', 'CurrentValue'],
    ['v', 'd', value],
  ]);
}

/** Asks programs to send events of one kind. Some toolkits build their trees only once somebody listens. */
export function registerEvent(event: string): Method {
  return method(REGISTRY, 'RegisterEvent', [['s', event], ['as'], ['s', '']], { activate: true });
}

/** An element's address: the program's name on the bus and the path in it. */
export interface Reference {
  readonly bus: string;
  readonly path: string;
}

/** Tells elements apart in what one program's reading comes across. Of its own the path does: a sibling's begin with a bus name. */
export function referenceKey({ bus, path }: Reference, own: string): string {
  return bus === own ? path : bus + path;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function readReference(body: BodyReader): Reference {
  body.struct();
  return { bus: body.string(), path: body.string() };
}

export function readReferences(body: BodyReader): Reference[] {
  return body.array(8, () => readReference(body)).filter((reference) => reference.path !== NULL_PATH);
}

export function readRectangle(body: BodyReader): Rectangle {
  body.struct();
  return { x: body.int32(), y: body.int32(), width: body.int32(), height: body.int32() };
}

/** An element's states: two words of 32 bits. */
export interface States {
  readonly low: number;
  readonly high: number;
}

export function readStates(body: BodyReader): States {
  const [low = 0, high = 0] = body.array(4, () => body.uint32());
  return { low, high };
}

/** The names of an element's actions as a person reads them: translated, and empty in Chromium. */
export function readShownActions(body: BodyReader): string[] {
  return body.array(8, () => {
    body.struct();
    const name = body.string();
    body.string();
    body.string();
    return name;
  });
}

/** Which interfaces an element has, as far as they matter here. */
export const HAS_COMPONENT = 1;
export const HAS_ACTION = 2;
export const HAS_TEXT = 4;
export const HAS_VALUE = 8;
export const HAS_EDITABLE_TEXT = 16;

const BITS: ReadonlyMap<string, number> = new Map([
  [COMPONENT, HAS_COMPONENT],
  [ACTION, HAS_ACTION],
  [TEXT, HAS_TEXT],
  [VALUE, HAS_VALUE],
  [EDITABLE_TEXT, HAS_EDITABLE_TEXT],
]);

export function readInterfaces(body: BodyReader): number {
  let bits = 0;
  for (const name of body.array(4, () => body.string())) bits |= BITS.get(name) ?? 0;
  return bits;
}
