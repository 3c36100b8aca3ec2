// Faked key, button and motion events by XTEST.
import type { Display } from '../x/display.ts';
import { majorOpcode, sendRaw } from '../x/raw-requests.ts';

const FAKE_INPUT = 2;
const TYPE = { keyPress: 2, keyRelease: 3, buttonPress: 4, buttonRelease: 5, motion: 6 } as const;

export type FakeEvent =
  | { readonly type: 'keyPress' | 'keyRelease' | 'buttonPress' | 'buttonRelease'; readonly detail: number }
  | { readonly type: 'motion'; readonly x: number; readonly y: number };

/** Sends events in one write; the server handles them in this order. */
export type Fake = (events: readonly FakeEvent[]) => void;

export async function openXTest(display: Display): Promise<Fake> {
  const opcode = await majorOpcode(display, 'xtest');
  return (events) => {
    sendRaw(
      display,
      events.map((event) => fakeInput(opcode, event)),
    );
  };
}

function fakeInput(opcode: number, event: FakeEvent): Buffer {
  const request = Buffer.alloc(36);
  request.writeUInt8(opcode, 0);
  request.writeUInt8(FAKE_INPUT, 1);
  request.writeUInt16LE(9, 2);
  request.writeUInt8(TYPE[event.type], 4);
  if (event.type === 'motion') {
    request.writeInt16LE(event.x, 24);
    request.writeInt16LE(event.y, 26);
  } else {
    request.writeUInt8(event.detail, 5);
  }
  return request;
}
