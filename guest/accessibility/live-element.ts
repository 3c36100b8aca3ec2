// An element that was read once, asked again: by the id that a tree gave it.
import { DeskreelError } from '../../protocol/errors.ts';
import { DBusError } from '../dbus/error.ts';
import type { Method } from '../dbus/method.ts';
import type { BodyReader } from '../dbus/reader.ts';
import type { A11yBus } from './a11y-bus.ts';
import type { ElementIds } from './ids.ts';

export interface LiveElement {
  /** The process of its program; undefined where that has not told yet. */
  readonly pid: number | undefined;
  /** One call. Throws `stale_element` where it is gone, `unsupported` where it has no such method. */
  ask<T>(call: Method, read: (body: BodyReader) => T, signal: AbortSignal): Promise<T>;
}

/** Throws `stale_element` where no element that still lives has this id. */
export function liveElement(id: string, ids: ElementIds, buses: readonly A11yBus[]): LiveElement {
  const address = ids.addressOf(id);
  const bus = address && buses.find((one) => one.address === address.bus);
  if (!address || !bus?.has(address.ref.bus)) throw staleElement(id);
  const application = bus.application(address.ref.bus);
  return {
    pid: application.pid,
    ask: async (call, read, signal) => {
      try {
        return await application.ask(address.ref, call, read, signal);
      } catch (error) {
        throw explained(error, id, call);
      }
    },
  };
}

export function staleElement(id: string): DeskreelError {
  const message = `element ${id} is gone, or its id is from another desktop; find_element finds it anew`;
  return new DeskreelError('stale_element', message);
}

/** How toolkits say that an object is gone: GTK has no such method on it, Qt no such object, the bus no such program. */
const GONE = /UnknownObject|ServiceUnknown|NameHasNoOwner|Disconnected/;

function explained(error: unknown, id: string, call: Method): unknown {
  if (!(error instanceof DBusError)) return error;
  if (GONE.test(error.code) || /does.? ?n.t exist|no such object/i.test(error.message))
    return staleElement(id);
  return new DeskreelError('unsupported', `element ${id} does not take ${call.name}: ${error.message}`, {
    cause: error,
  });
}
