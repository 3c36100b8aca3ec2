// The archive's events as a view of rows: order, outcomes, pictures, times.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { viewEvents, type ArchiveEvent } from '../../../trace/events.ts';
import { readText } from '../../../trace/reader.ts';
import { Tally } from '../../../trace/tally.ts';
import { COUNTS, CONFIG, journalOf, START, type GivenRow } from './setup.ts';

const END = { type: 'trace_end', data: { end: 'stopped', counts: COUNTS }, after: 4000 } as const;

function view(rows: GivenRow[], config: object = {}): ArchiveEvent[] {
  const start = { type: 'trace_start', data: { ...START, config: { ...CONFIG, ...config } } };
  const entries = readText(journalOf([start, ...rows, END]));
  const events = [...viewEvents(entries)].map(({ event }) => event);
  const tally = new Tally();
  for (const entry of entries) {
    if (entry.kind === 'row') tally.add(entry.row);
    if (entry.kind === 'other') tally.addOther(entry.row);
  }
  // What the recorder counts while it writes is what the view shows afterwards.
  assert.equal(tally.counts().events, events.length);
  return events;
}

const call = (id: string, after: number, more: object = {}): GivenRow => ({
  type: 'call',
  data: { call_id: id, method: 'left_click', args: { x: 1, y: 2 }, ...more },
  after,
});
const reply = (id: string, after: number, more: object = {}): GivenRow => ({
  type: 'reply',
  data: { call_id: id, success: true, result: {}, duration_ms: 5, ...more },
  after,
});
const frame = (id: string, when: string, file: string): GivenRow => ({
  type: 'frame',
  data: {
    call_id: id,
    when,
    frame: 'a'.repeat(64),
    file,
    width: 1,
    height: 1,
    cursor: { x: 0, y: 0 },
    grabbed_ms: 1,
    settled: false,
    settle_ms: 3000,
  },
});

describe('the view of events', () => {
  it('orders calls by when they were made, whatever came back first', () => {
    const events = view([
      call('a', 1000),
      call('b', 2000),
      reply('b', 2500),
      frame('b', 'after', '000001_after_left_click.png'),
      reply('a', 3000),
      frame('a', 'after', '000002_after_left_click.png'),
    ]);
    assert.deepEqual(
      events.map(({ type, relative_time: time, data }) => [type, time, data['call_id'], data['screenshot']]),
      [
        ['trace_start', 0, undefined, undefined],
        ['api_call', 1, 'a', '000002_after_left_click.png'],
        ['api_call', 2, 'b', '000001_after_left_click.png'],
        ['trace_end', 4, undefined, undefined],
      ],
    );
    assert.equal(events[1]?.timestamp, Date.UTC(2026, 0, 1) / 1000 + 1);
    assert.equal(events[1].data['settled'], false);
    assert.equal(events[1].data['ended'], '2026-01-01T00:00:03.000Z');
  });

  it('does not claim an outcome that nobody knows', () => {
    const [, event] = view([call('a', 1)]);
    assert.equal(event?.data['success'], false);
    assert.equal(event.data['error'], 'unknown outcome');
    assert.equal(event.data['screenshot'], null);
  });

  it('tells a failure with its error, and one without', () => {
    const error = { code: 'timeout', message: 'too slow' };
    const [, first, second] = view([
      call('a', 1),
      reply('a', 2, { success: false, error }),
      call('b', 3),
      reply('b', 4, { success: false }),
    ]);
    assert.equal(first?.data['error'], 'too slow');
    assert.equal(first.data['error_code'], 'timeout');
    assert.equal(second?.data['error'], 'the command failed');
  });

  it('prefers a picture to the reason why there was none before', () => {
    const missing = { type: 'frame', data: { call_id: 'a', when: 'after', evidence: 'late' } };
    const picture = frame('a', 'after', '000001_after_left_click.png');
    const [, event] = view([call('a', 1), reply('a', 2), missing, picture]);
    assert.equal(event?.data['screenshot'], '000001_after_left_click.png');
  });

  it('follows each call that wished a tree with the tree, or with the reason', () => {
    const wish = { wish: { before: true, after: true, tree: true } };
    const tree = { call_id: 'a', when: 'after', sha256: 'b'.repeat(64), nodes: 2, truncated: false };
    const [, , withTree, , without] = view([
      call('a', 1, wish),
      call('b', 2, wish),
      { type: 'tree', data: { ...tree, unavailable: [], duration_ms: 1 } },
      { type: 'tree', data: { call_id: 'b', when: 'after', evidence: 'the bus is down' } },
    ]);
    assert.equal(withTree?.type, 'accessibility_tree');
    assert.equal(withTree.data['sha256'], 'b'.repeat(64));
    assert.equal(without?.data['evidence'], 'the bus is down');
    assert.equal(without.data['tree'], null);
  });

  it("keeps an SDK's own events in their place, and shows no type that it does not know", () => {
    const events = view([
      { type: 'step_start', data: { goal: 'log in' } },
      call('a', 1),
      { type: 'hologram', data: {} },
      { type: 'step_end', data: {} },
    ]);
    assert.deepEqual(
      events.map((event) => event.type),
      ['trace_start', 'step_start', 'api_call', 'step_end', 'trace_end'],
    );
  });

  it('leaves out what was not wanted', () => {
    const rows = [call('a', 1), { type: 'metadata', data: { key: 'k', value: 1 } }];
    assert.equal(view(rows).length, 4);
    assert.equal(view(rows, { api_calls: false }).length, 3);
    assert.equal(view(rows, { api_calls: false, metadata: false }).length, 2);
  });

  it("tells with each event what was masked in it, and with a tree's event what was in the tree", () => {
    const masked = (place: object, about: object = { call_id: 'a' }): GivenRow => ({
      type: 'masked',
      data: { ...about, rule: 'secret', place },
    });
    const wish = { wish: { before: false, after: true, tree: true } };
    const inCall = { in: 'call', fields: ['text'] };
    const inReply = { in: 'reply', fields: ['result'] };
    const inFrame = { in: 'frame', when: 'after', bounds: [{ x: 1, y: 2, width: 3, height: 4 }] };
    const inTree = { in: 'tree', when: 'after', nodes: 2 };
    const inMetadata = { in: 'metadata', fields: ['value'] };
    const tree = { call_id: 'a', when: 'after', sha256: 'b'.repeat(64), nodes: 2, truncated: false };
    const events = view([
      call('a', 1, wish),
      masked(inCall),
      reply('a', 2),
      masked(inReply),
      frame('a', 'after', '000001_after_left_click.png'),
      masked(inFrame),
      { type: 'tree', data: { ...tree, unavailable: [], duration_ms: 1 } },
      masked(inTree),
      { type: 'metadata', data: { key: 'k', value: '[masked]' } },
      masked(inMetadata, {}),
      masked(inFrame, { capture_id: 'c' }),
      call('b', 3),
    ]);
    const told = (place: object): object => ({ rule: 'secret', place });
    assert.deepEqual(
      events.map(({ type, masks }) => [type, masks]),
      [
        ['trace_start', undefined],
        ['api_call', [inCall, inReply, inFrame].map(told)],
        ['accessibility_tree', [told(inTree)]],
        ['metadata', [told(inMetadata)]],
        ['api_call', undefined],
        ['trace_end', undefined],
      ],
    );
  });

  it('shows nothing of a journal without a beginning', () => {
    assert.deepEqual([...viewEvents(readText(journalOf([END])))], []);
  });
});
