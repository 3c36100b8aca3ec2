// A frame that is marked settled is what the screen goes on to show, and nearly every click leads to one.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../../../server/clock.ts';
import type { RowOf } from '../../../trace/format.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { changedPixels, decodePicture } from '../../support/picture.ts';
import { knownRows, rowsOf, type SavedTrace } from '../../support/saved-trace.ts';
import { eventually } from '../../support/server.ts';
import { locate, openWindows, press, sixtyClicks, type Click } from './sixty-clicks.ts';

/** What the next action waits; and how much later than the frame the screen is looked at again. Milliseconds. */
const SECOND = 1000;
const CLICKS = 60;
const SETTLED_AT_LEAST = 57;

/** A frame that is there; without a picture the test fails where it looks for it. */
type Taken = Extract<RowOf<'frame'>['data'], { file: string }>;

interface Observed {
  readonly click: Click;
  readonly callId: string;
  /** The screen a second after the frame, as PNG. */
  readonly later: Buffer;
}

/** Waits for the frame that the last click led to, and looks at the screen a second after that frame. */
async function observe(desk: TestComputer, journal: string, click: Click): Promise<Omit<Observed, 'click'>> {
  let frame: RowOf<'frame'> | undefined;
  await eventually(async () => {
    const rows = knownRows(await readFile(journal, 'utf8'));
    const callId = lastInput(rowsOf(rows, 'call')).data.call_id;
    frame = rowsOf(rows, 'frame').find(({ data }) => data.call_id === callId && data.when === 'after');
    assert.ok(frame, `${click.says}: a frame after it`);
  });
  assert.ok(frame?.data.call_id !== undefined);
  await systemClock.sleep(Math.max(0, frame.ts_ms + SECOND - systemClock.now()));
  return { callId: frame.data.call_id, later: await desk.desktop.screenshot() };
}

/** Carries out all of them; what comes next is looked for while the screen is left alone. */
async function observeAll(
  desk: TestComputer,
  journal: string,
  clicks: readonly Click[],
): Promise<Observed[]> {
  const observed: Observed[] = [];
  let place = clicks[0] && (await locate(desk.desktop, clicks[0]));
  for (const [index, click] of clicks.entries()) {
    assert.ok(place);
    await press(desk.desktop, click, place);
    const next = clicks[index + 1];
    const seen = observe(desk, journal, click);
    await systemClock.sleep(SECOND);
    const [looked, found] = await Promise.all([seen, next && locate(desk.desktop, next)]);
    observed.push({ click, ...looked });
    place = found;
  }
  return observed;
}

function lastInput(calls: readonly RowOf<'call'>[]): RowOf<'call'> {
  const last = calls.findLast(({ data }) => /click/.test(data.method));
  assert.ok(last, 'a click is in the journal');
  return last;
}

function afterFrame(trace: SavedTrace, callId: string): { data: Taken; delayMs: number } {
  const frame = rowsOf(trace.rows, 'frame').find(
    ({ data }) => data.call_id === callId && data.when === 'after',
  );
  const reply = rowsOf(trace.rows, 'reply').find(({ data }) => data.call_id === callId);
  assert.ok(frame && reply && 'file' in frame.data, `a picture after ${callId}`);
  return { data: frame.data, delayMs: frame.ts_ms - reply.ts_ms };
}

/** A frame and what came of it, in a folder that stays. */
async function keepForEyes(frame: Buffer, screen: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-unequal-'));
  await writeFile(join(folder, 'frame.png'), frame);
  await writeFile(join(folder, 'later.png'), screen);
  return folder;
}

describe('sixty mixed clicks, when the next action waits a second', () => {
  it('lead to settled frames, and each of them equals a screenshot taken a second later', async (t) => {
    await using desk = await startComputer();
    await openWindows(desk.desktop);
    const traceId = await desk.tracing.start({ name: 'sixty clicks' });
    const journal = join(desk.server.data, 'traces', traceId, 'events.jsonl');
    const clicks = sixtyClicks();
    assert.equal(clicks.length, CLICKS);
    const observed = await observeAll(desk, journal, clicks);
    const trace = await desk.stopTrace();

    const unsettled: string[] = [];
    const unequal: string[] = [];
    for (const { click, callId, later } of observed) {
      const { data, delayMs } = afterFrame(trace, callId);
      if (!data.settled || delayMs > SECOND) unsettled.push(`${click.says} (${Math.round(delayMs)} ms)`);
      if (!data.settled) continue;
      const [frame, screen] = [await trace.picture(data.file), later];
      const changed = changedPixels(await decodePicture(frame), await decodePicture(screen));
      if (changed === 0) continue;
      const kept = await keepForEyes(frame, screen);
      unequal.push(`${click.says}: ${changed} pixels of ${data.file}, see ${kept}`);
    }
    t.diagnostic(`settled within a second: ${CLICKS - unsettled.length} of ${CLICKS}`);
    for (const one of unsettled) t.diagnostic(`not settled within a second: ${one}`);
    assert.deepEqual(unequal, [], 'frames that are marked settled and are not what came of it');
    assert.ok(CLICKS - unsettled.length >= SETTLED_AT_LEAST, unsettled.join('\n'));
  });
});
