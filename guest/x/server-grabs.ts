// Server grabs: a client has the X server to itself, and every request of another one waits until it lets go. Window
// managers that move windows as an outline do so until the button is up; a button that is worked by XTEST then waits
// for ever for itself.
import type { Display } from './display.ts';
import { majorOpcode, sendRaw } from './raw-requests.ts';

const GRAB_CONTROL = 3;

/** Has the requests of this connection handled during server grabs of others too (XTEST's GrabControl, "impervious"). */
export async function ignoreServerGrabs(display: Display): Promise<void> {
  const request = Buffer.from([await majorOpcode(display, 'xtest'), GRAB_CONTROL, 2, 0, 1, 0, 0, 0]);
  sendRaw(display, [request]);
}
