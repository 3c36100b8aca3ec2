// What is found in a trace, and where it is said to stand.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { SearchAnswer } from '../../../protocol/search.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { searchSavedTrace } from '../../../sdk/index.ts';
import { readRows } from '../../../trace/reader.ts';
import { firstOf, searchTrace } from '../../../trace/search/search-trace.ts';
import { DESKTOP_TRACE } from '../../support/exports.ts';
import { CONFIG, COUNTS, journalOf, START, type GivenRow } from './setup.ts';

const TREES: Record<string, TreeNode> = {
  [hashOf('a')]: node('frame', 'Letters', [
    node('push button', 'Post'),
    node('text', '', [], 'dear  reader'),
  ]),
  [hashOf('b')]: node('frame', 'Letters', [node('push button', 'Post'), node('label', 'Postage is 2')]),
};

function node(role: string, title: string, children: TreeNode[] = [], value?: string): TreeNode {
  return {
    id: title,
    role,
    title,
    states: [],
    actions: [],
    children,
    ...(value === undefined ? {} : { value }),
  };
}

/** In the form of one. */
function hashOf(letter: string): string {
  return letter.repeat(64);
}

/** A click and its tree. */
function click(id: string, letter: string, after: number): GivenRow[] {
  const wish = { before: false, after: false, tree: true };
  const sha256 = hashOf(letter);
  const tree = {
    call_id: id,
    when: 'after',
    sha256,
    nodes: 3,
    truncated: false,
    unavailable: [],
    duration_ms: 1,
  };
  return [
    { type: 'call', after, data: { call_id: id, method: 'left_click', args: { x: 1, y: 2 }, wish } },
    { type: 'reply', after, data: { call_id: id, success: true, result: {}, duration_ms: 1 } },
    { type: 'tree', after, data: tree },
  ];
}

async function found(rows: readonly GivenRow[], text: string, limit = 100): Promise<SearchAnswer> {
  const start = { ...START, config: { ...CONFIG, accessibility_tree: true } };
  const end = { end: 'stopped', counts: COUNTS };
  const journal = journalOf([
    { type: 'trace_start', data: start },
    ...rows,
    { type: 'trace_end', data: end },
  ]);
  const trace = {
    overview: { trace_id: START.trace_id, name: 'post' } as never,
    entries: () => readRows(Readable.from([Buffer.from(journal)])),
    treeJson: (sha256: string) => Promise.resolve(JSON.stringify(TREES[sha256])),
    treeIn: (json: string) => JSON.parse(json) as TreeNode,
  };
  return firstOf(searchTrace(trace, text, new AbortController().signal), limit);
}

const placesOf = (answer: SearchAnswer): unknown[] =>
  answer.findings.map(({ event, places }) => [event, ...places.map((place) => `${place.in}: ${place.text}`)]);

describe('a text in a trace', () => {
  it('is found in an element when it begins to show it, and not again while it does', async () => {
    const rows = [
      ...click('1', 'a', 10),
      ...click('2', 'a', 20),
      ...click('3', 'b', 30),
      ...click('4', 'a', 40),
    ];
    assert.deepEqual(placesOf(await found(rows, 'post')), [
      [3, 'push button "Post": Post'],
      [7, 'label "Postage is 2": Postage is 2'],
    ]);
  });

  it('is found in whatever case, with any white space, and is no pattern', async () => {
    const rows = click('1', 'a', 10);
    assert.deepEqual(placesOf(await found(rows, 'DEAR reader')), [[3, 'text "": dear reader']]);
    assert.deepEqual(placesOf(await found(rows, 'd.ar')), []);
  });

  it('is found whatever stands in it', async () => {
    for (const text of ['a "quoted" \\ path', 'tab\there', 'naïve – 漢字', '\u2028line']) {
      TREES[hashOf('c')] = node('label', `before ${text} after`);
      const told = `before ${text} after`.replaceAll(/\s+/g, ' ');
      assert.deepEqual(placesOf(await found(click('1', 'c', 10), text.trim().toUpperCase())), [
        [3, `label "${told}": ${told}`],
      ]);
    }
  });

  it('is not found in pictures, and in names of other things', async () => {
    const image = 'QUJD'.repeat(300);
    const rows = [
      { type: 'metadata', data: { key: 'shot', value: image } },
      ...click('9f3c', 'b', 10),
      { type: 'metadata', data: { key: 'note', value: 'abc 9f3c' } },
    ];
    assert.deepEqual(placesOf(await found(rows, 'abc')), [[5, 'value: abc 9f3c']]);
    assert.deepEqual(placesOf(await found(rows, '9f3c')), [[5, 'value: abc 9f3c']]);
  });

  it('is found in what a terminal printed, and in the bytes of a file', async () => {
    const data = Buffer.from('$ make\r\nerror: no rule for lint\r\n').toString('base64');
    const rows: GivenRow[] = [
      { type: 'call', data: { call_id: '1', method: 'pty_read', args: { pid: 7, offset: 0 } } },
      { type: 'reply', data: { call_id: '1', success: true, result: { data }, duration_ms: 1 } },
      {
        type: 'call',
        data: { call_id: '2', method: 'write_bytes', args: { path: '/a', content_b64: data } },
      },
      { type: 'reply', data: { call_id: '2', success: true, result: {}, duration_ms: 1 } },
    ];
    assert.deepEqual(placesOf(await found(rows, 'make error')), [
      [2, 'result.data: $ make error: no rule for lint'],
      [3, 'args.content_b64: $ make error: no rule for lint'],
    ]);
  });

  it('comes with what is around it', async () => {
    const value = `${'before '.repeat(20)}needle${' after'.repeat(20)}`;
    const [[, place] = []] = placesOf(
      await found([{ type: 'metadata', data: { key: 'k', value } }], 'needle'),
    ) as string[][];
    assert.match(place ?? '', /^value: ….{30,45}needle.{30,45}…$/);
  });

  it('is told to be in more events than were asked for', async () => {
    const rows = [1, 2, 3].map((number) => ({
      type: 'metadata',
      data: { key: `k${number}`, value: 'word' },
    }));
    assert.deepEqual((await found(rows, 'word', 3)).more, false);
    const first = await found(rows, 'word', 2);
    assert.deepEqual([first.findings.length, first.more], [2, true]);
  });
});

describe('a text in a saved trace', () => {
  const search = async (text: string): Promise<unknown[]> =>
    (await searchSavedTrace(DESKTOP_TRACE, { text })).findings.map(({ type, method, screenshot, places }) => [
      type, method, screenshot, places[0]?.in,
    ]); // prettier-ignore

  it('is found in commands, answers, errors, metadata and names', async () => {
    assert.deepEqual(await search('outside'), [
      ['api_call', 'left_click', '000009_after_double_click.png', 'error'],
    ]);
    assert.deepEqual(await search('from the shell'), [
      ['api_call', 'run_command', undefined, 'args.command'],
    ]);
    const kinds = (await search('greeting')).map((finding) => (finding as string[])[0]);
    assert.deepEqual(kinds, ['trace_start', 'run_start', 'metadata']);
  });

  it('is found on the screen, with the picture of it', async () => {
    const [typed, shown] = await search('good morning');
    assert.deepEqual(typed, ['api_call', 'type_text', '000003_after_type_text.png', 'args.text']);
    assert.deepEqual(shown, ['accessibility_tree', 'type_text', '000003_after_type_text.png', 'text ""']);
  });

  it('is refused where there is none, or no trace', async () => {
    await assert.rejects(searchSavedTrace(DESKTOP_TRACE, { text: '  ' }), { code: 'bad_request' });
    await assert.rejects(searchSavedTrace('/absent.zip', { text: 'a' }), { code: 'bad_request' });
  });
});
