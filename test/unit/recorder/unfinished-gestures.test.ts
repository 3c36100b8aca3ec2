// What people were about to do when the server was killed: the recovered trace has each key and each press in one action,
// whenever the kill came, and never one that the raw input does not show.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RFB_BUTTON } from '../../../protocol/rfb/viewer-messages.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { FLIGHT_LIMITS } from '../../../server/recorder/flight/limits.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { UnfinishedGestures } from '../../../server/recorder/unfinished-gestures.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import type { KnownRow } from '../../../trace/format.ts';
import { actionsOf, assertAnswered, handsGiven, handsTold } from '../../support/hands.ts';
import { knownRows, rowsOf } from '../../support/saved-trace.ts';
import { assertChained, flightRows, root } from './flight-rows.ts';
import { Hands } from './hands.ts';
import { folder, open } from './kills.ts';
import { OwnedClock } from './owned-clock.ts';
import { bench, DESKTOP, type Bench } from './setup.ts';
import { CLICK, run, screenOf, SyntheticGuest } from './synthetic-guest.ts';

const KEY = { return: 0xff0d, tab: 0xff09, shift: 0xffe1, control: 0xffe3, super: 0xffeb } as const;
const START_MS = Date.UTC(2026, 10, 30, 12);

/** A trace as a killed server left it. */
interface Killed {
  readonly id: string;
  /** Of its rows, as they were written. */
  readonly lines: readonly string[];
}

async function recorded(people: (it: Bench, clock: OwnedClock) => Promise<void>): Promise<Killed & Bench> {
  const clock = new OwnedClock(START_MS);
  const it = await bench({}, clock);
  const id = await it.start({ accessibility_tree: true });
  await people(it, clock);
  const journal = await readFile(join(it.data, 'traces', id, 'events.jsonl'), 'utf8');
  return { ...it, id, lines: journal.trimEnd().split('\n') };
}

interface Recovered {
  readonly text: string;
  readonly rows: KnownRow[];
  readonly overview: Record<string, unknown>;
}

/** What the next start makes of a journal; it verifies. */
async function recover(it: Killed & Bench, lines: readonly string[]): Promise<Recovered> {
  await using copy = await folder();
  const dir = join(copy.data, 'traces', it.id);
  await mkdir(join(copy.data, 'traces'));
  await cp(join(it.data, 'traces', it.id), dir, { recursive: true });
  await writeFile(join(dir, 'events.jsonl'), `${lines.join('\n')}\n`);
  const store = await open(copy.data);
  assert.deepEqual((await store.recover()).failed, []);
  await store.close();
  await using files = await openTraceFiles(dir);
  assert.deepEqual((await verifyTrace(files)).faults, []);
  const text = await readFile(join(dir, 'events.jsonl'), 'utf8');
  const overview = JSON.parse(await readFile(join(dir, 'trace_metadata.json'), 'utf8')) as object;
  return { text, rows: knownRows(text), overview: { ...overview } };
}

/** Alice uses everything that a person has; Bob types meanwhile, at two viewers of his. */
async function everything(it: Bench, clock: OwnedClock): Promise<void> {
  const alice = new Hands(it, clock, 'alice');
  const bob = new Hands(it, clock, 'bob');
  await alice.click(10, 20);
  await alice.click(10, 20);
  await bob.type('bo');
  await alice.type('Gr');
  await alice.key(KEY.shift, true);
  await alice.press(0x41);
  await alice.key(KEY.shift, false);
  await alice.press(KEY.return);
  await bob.type('b');
  await alice.press(KEY.control, 0x61);
  await alice.press(KEY.shift, KEY.tab);
  await alice.press(KEY.super);
  await alice.drag([
    [100, 100],
    [150, 120],
    [200, 140],
  ]);
  await alice.key(KEY.control, true);
  await alice.click(30, 30, RFB_BUTTON.right);
  await alice.key(KEY.control, false);
  await alice.pointer(5, 6, RFB_BUTTON.down);
  await alice.pointer(5, 6);
  await alice.click(40, 40);
  await clock.pass(1_500);
  await alice.type('end');
}

describe('the recovery of what people were about to do', () => {
  it('has each key and each press in one action, after whichever row the server was killed', async () => {
    await using it = await recorded(everything);
    for (let kept = 1; kept <= it.lines.length; kept += 1) {
      const lines = it.lines.slice(0, kept);
      const { rows } = await recover(it, lines);
      for (const viewer of ['alice', 'bob']) {
        assert.deepEqual(
          handsTold(rows, viewer),
          handsGiven(rows, viewer),
          `${viewer}, after ${lines.at(-1)}`,
        );
      }
      assertAnswered(rows);
      assert.equal(rows.at(-1)?.type, 'trace_end');
    }
  });

  it('gives the same where it is killed itself, after whichever row, and does it again', async () => {
    await using it = await recorded(async (on, clock) => {
      const [alice, bob] = [new Hands(on, clock, 'alice'), new Hands(on, clock, 'bob')];
      await alice.type('under way');
      await bob.pointer(10, 10, RFB_BUTTON.left);
      await bob.pointer(60, 10, RFB_BUTTON.left);
    });
    const whole = await recover(it, it.lines);
    const lines = whole.text.trimEnd().split('\n');
    const actions = (rows: readonly KnownRow[]): unknown[] =>
      rows.filter(({ type }) => ['call', 'reply'].includes(type));
    assert.equal(actions(whole.rows).length, 4);
    for (let kept = it.lines.length; kept < lines.length; kept += 1) {
      const again = await recover(it, lines.slice(0, kept));
      assert.deepEqual(actions(again.rows), actions(whole.rows));
      assert.deepEqual(again.overview, whole.overview);
    }
  });

  it('tells them as a server that ends in order does, but for what was never taken', async () => {
    const people = async (it: Bench, clock: OwnedClock): Promise<void> => {
      const alice = new Hands(it, clock, 'alice');
      await alice.key(KEY.control, true);
      await alice.key(0x61, true);
    };
    await using it = await recorded(people);
    const { rows } = await recover(it, it.lines);
    await it.recorder.stop();
    const stopped = knownRows(await readFile(join(it.data, 'traces', it.id, 'events.jsonl'), 'utf8'));
    const told = (all: readonly KnownRow[]): unknown[] =>
      all.flatMap((row) => (['call', 'reply'].includes(row.type) ? [[row.type, row.actor, row.data]] : []));
    assert.deepEqual(told(rows), told(stopped));
    const [call] = actionsOf(rows, 'alice');
    assert.ok(call);
    assert.deepEqual(call.data.args, { keys: ['ctrl', 'a'] });
    const missing = rowsOf(rows, 'frame').filter(({ data }) => data.call_id === call.data.call_id);
    assert.deepEqual(
      missing.map(({ data }) => [data.when, 'evidence' in data && data.evidence]),
      ['before', 'after'].map((when) => [when, 'the recording ended before it was there']),
    );
  });

  it('makes no action that may be one of those that are told to be lost, unless it went on', async () => {
    await using it = await recorded((on, clock) => new Hands(on, clock, 'alice').type('ab'));
    const rows = knownRows(`${it.lines.join('\n')}\n`);
    const last = rows.at(-1);
    assert.ok(last?.type === 'input');
    const data = { part: 'journal', reason: 'EIO', since_ms: START_MS, lost: 2, commands: 1 };
    const made = (read: readonly KnownRow[]): string[] => {
      const gestures = new UnfinishedGestures();
      for (const row of read) gestures.add(row);
      return [...gestures.rows({ screenshots: true, accessibility_tree: false })].map(({ type }) => type);
    };
    const fault: KnownRow = { ...last, type: 'fault', data };
    assert.deepEqual(made(rows), ['call', 'reply']);
    assert.deepEqual(made([...rows, fault]), []);
    assert.deepEqual(made([...rows.slice(0, -1), fault, last]), ['call', 'reply']);
  });

  it('makes no action of what began before the trace, as nobody knows how', async () => {
    const clock = new OwnedClock(START_MS);
    await using it = await bench({}, clock);
    const alice = new Hands(it, clock, 'alice');
    await alice.type('be');
    const id = await it.start();
    await alice.type('gun');
    const journal = await readFile(join(it.data, 'traces', id, 'events.jsonl'), 'utf8');
    const { rows } = await recover({ ...it, id, lines: [] }, journal.trimEnd().split('\n'));
    assert.deepEqual(handsGiven(rows, 'alice').keys, ['g', 'u', 'n']);
    assert.deepEqual(actionsOf(rows, 'alice'), []);
  });
});

/** The flight recorder's rows once a server goes on with what a killed one left. */
async function goOn(data: string): Promise<KnownRow[]> {
  const store = await open(data);
  const port = new SyntheticGuest(await screenOf(0));
  const parts = { desktop: DESKTOP, record: 'always', store, port } as const;
  await createRecorder({ ...parts, clock: systemClock, log: silentLog }).close();
  await store.close();
  await assertChained(data);
  return (await flightRows(data)).flatMap((entry) => (entry.kind === 'row' ? [entry.row] : []));
}

/** A copy of what a server that goes on now would find; the flight recorder's journal is cut. */
async function killedFlight(it: Bench, rows = Infinity): Promise<{ data: string } & AsyncDisposable> {
  const copy = await folder();
  await cp(it.data, copy.data, { recursive: true });
  if (rows === Infinity) return copy;
  const journal = join(root(copy.data), '00000001', 'events.jsonl');
  const lines = (await readFile(journal, 'utf8')).split('\n').slice(0, rows);
  await writeFile(journal, `${lines.join('\n')}\n`);
  return copy;
}

describe('the flight recorder, after a kill', () => {
  it('has each key and each press in one action, after whichever row the server was killed', async () => {
    await using it = await recorded(everything);
    const { length } = await flightRows(it.data);
    for (let kept = 1; kept <= length; kept += 1) {
      await using killed = await killedFlight(it, kept);
      const rows = await goOn(killed.data);
      for (const viewer of ['alice', 'bob']) {
        assert.deepEqual(handsTold(rows, viewer), handsGiven(rows, viewer), `${viewer}, after row ${kept}`);
      }
      assertAnswered(rows);
    }
  });

  it('does it once, however often it is killed, and keeps the age of the segment', async () => {
    await using it = await recorded((on, clock) => new Hands(on, clock, 'alice').type('under way'));
    await using killed = await killedFlight(it);
    const journal = join(root(killed.data), '00000001', 'events.jsonl');
    await utimes(journal, START_MS / 1000, START_MS / 1000);
    const first = actionsOf(await goOn(killed.data), 'alice');
    assert.deepEqual(
      first.map(({ data }) => data.args),
      [{ text: 'under way', secret: false }],
    );
    assert.deepEqual(actionsOf(await goOn(killed.data), 'alice'), first);
    assert.equal((await stat(journal)).mtimeMs, START_MS);
  });

  it('knows what began in an earlier segment', async () => {
    const clock = new OwnedClock(START_MS);
    const flightLimits = { ...FLIGHT_LIMITS, segmentBytes: 1 };
    await using it = await bench({ flightLimits }, clock);
    const alice = new Hands(it, clock, 'alice');
    for (const x of [10, 60, 110]) {
      await alice.pointer(x, 10, RFB_BUTTON.left);
      await clock.pass(300);
      run(it.recorder, it.guest, { ...CLICK });
    }
    assert.ok((await readdir(root(it.data))).length > 2);
    await using killed = await killedFlight(it);
    const [drag, ...others] = actionsOf(await goOn(killed.data), 'alice');
    assert.deepEqual(others, []);
    const path = [10, 60, 110].map((x) => [x, 10]);
    assert.deepEqual((drag?.data.args as { path?: unknown }).path, path);
  });

  it('loses it with the trace that it was part of', async () => {
    await using it = await recorded((on, clock) => new Hands(on, clock, 'alice').type('under way'));
    await using killed = await killedFlight(it);
    const store = await open(killed.data);
    await store.recover();
    const port = new SyntheticGuest(await screenOf(0));
    const parts = { desktop: DESKTOP, record: 'always', store, port } as const;
    const recorder = createRecorder({ ...parts, clock: systemClock, log: silentLog });
    await store.delete(it.id);
    await recorder.close();
    await store.close();
    const rows = (await flightRows(killed.data)).flatMap((entry) =>
      entry.kind === 'row' ? [entry.row] : [],
    );
    assert.deepEqual([...actionsOf(rows, 'alice'), ...rowsOf(rows, 'input'), ...rowsOf(rows, 'reply')], []);
  });
});

describe('the recovery of keys that are not recorded', () => {
  it('says that something was typed, and by which rule it is not told', async () => {
    await using it = await recorded(async (on, clock) => {
      on.guest.focus = 'password';
      await new Hands(on, clock, 'alice').type('hunter');
    });
    const { rows, text } = await recover(it, it.lines);
    const [call, ...others] = actionsOf(rows, 'alice');
    assert.deepEqual(others, []);
    assert.deepEqual(
      [call?.data.method, call?.data.args, call?.data.masked],
      ['type_text', { secret: false }, ['text']],
    );
    assert.deepEqual(
      rowsOf(rows, 'masked').map(({ data }) => data),
      [{ call_id: call?.data.call_id, rule: 'password', place: { in: 'call', fields: ['text'] } }],
    );
    assert.doesNotMatch(text, /hunter|keysym/);
  });

  it('says so once of each action, after whichever row the server was killed', async () => {
    await using it = await recorded(async (on, clock) => {
      const alice = new Hands(on, clock, 'alice');
      on.guest.focus = 'password';
      await alice.type('hunter');
      await alice.click(10, 10);
      await alice.type('again');
    });
    for (let kept = 1; kept <= it.lines.length; kept += 1) {
      const { rows } = await recover(it, it.lines.slice(0, kept));
      const told = rowsOf(rows, 'masked').map(({ data }) => [data.call_id, data.rule, data.place]);
      const masked = actionsOf(rows, 'alice').filter(({ data }) => data.masked);
      const place = { in: 'call', fields: ['text'] };
      assert.deepEqual(
        told,
        masked.map(({ data }) => [data.call_id, 'password', place]),
      );
    }
  });

  it('tells no text that holds what was typed in secret before, or the title of a window that is hidden', async () => {
    const clock = new OwnedClock(START_MS);
    for (const text of ['my quokkaviolet ', 'of wombatgreen ']) {
      await using it = await bench({}, clock);
      const id = await it.start({ privacy: { titles: ['wombatgreen'] } });
      const alice = new Hands(it, clock, 'alice');
      it.guest.focus = 'password';
      await alice.type('quokkaviolet');
      await alice.click(10, 10);
      await clock.pass(1_000);
      it.guest.focus = 'plain';
      await alice.type(text);
      const journal = await readFile(join(it.data, 'traces', id, 'events.jsonl'), 'utf8');
      const killed = { ...it, id, lines: journal.trimEnd().split('\n') };
      const { rows } = await recover(killed, killed.lines);
      const call = actionsOf(rows, 'alice').at(-1);
      assert.deepEqual([call?.data.method, call?.data.masked], ['type_text', ['text']]);
      await using copy = await killedFlight(it);
      for (const told of [rows, await goOn(copy.data)]) {
        assert.doesNotMatch(JSON.stringify(told), /quokkaviolet|wombatgreen/);
        assert.equal(actionsOf(told, 'alice').length, 3);
      }
    }
  });

  it('says which kind of action it was under a rule with patterns, and no key of it', async () => {
    const clock = new OwnedClock(START_MS);
    await using it = await bench({}, clock);
    const id = await it.start({ privacy: { patterns: ['quokka'] } });
    const alice = new Hands(it, clock, 'alice');
    await alice.type('quokka');
    await alice.key(KEY.control, true);
    await alice.key(0x61, true);
    const journal = await readFile(join(it.data, 'traces', id, 'events.jsonl'), 'utf8');
    const { rows, text } = await recover({ ...it, id, lines: [] }, journal.trimEnd().split('\n'));
    assert.deepEqual(
      actionsOf(rows, 'alice').map(({ data }) => [data.method, data.masked]),
      [
        ['type_text', ['text']],
        ['hotkey', ['keys']],
      ],
    );
    assert.doesNotMatch(text, /quokka|keysym|held/);
  });
});
