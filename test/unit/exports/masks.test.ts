// What was masked is told where a format has a place for it: by which rule and where, never what.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { entriesOf, exported, jsonLinesOf } from '../../support/exports.ts';
import { bench, type Bench } from '../recorder/setup.ts';
import { run, screenOf } from '../recorder/synthetic-guest.ts';

let it_: Bench;
let path = '';

before(async () => {
  it_ = await bench();
  const id = await it_.start();
  const bounds = [{ x: 1, y: 2, width: 3, height: 4 }];
  run(it_.recorder, it_.guest, {
    command: 'type_text',
    params: { text: 'hunter2"x', secret: true },
    leadsTo: await screenOf(1),
    masks: [{ rule: 'secret', bounds }],
  });
  run(it_.recorder, it_.guest, { command: 'type_text', params: { text: 'plainly' } });
  it_.recorder.addMetadata('note', 'it was hunter2"x');
  await it_.recorder.stop();
  path = (await it_.store.archive(id)).path;
});
after(() => it_[Symbol.asyncDispose]());

const MASKS = [
  { rule: 'secret', place: { in: 'call', fields: ['text'] } },
  { rule: 'secret', place: { in: 'frame', when: 'after', bounds: [{ x: 1, y: 2, width: 3, height: 4 }] } },
];
const TEXTS = ['secret: text of the call', 'secret: 1 place of the picture (after)'];

async function textsOf(format: string, name: RegExp): Promise<string[]> {
  const files = await entriesOf(await exported(path, format));
  return [...files].filter(([one]) => name.test(one)).map(([, content]) => content.toString());
}

type Fields = Record<string, unknown>;

describe('what was masked', () => {
  it('is in the log of the action in Playwright, and in the console where it is of no action', async () => {
    const [text = ''] = await textsOf('playwright', /^trace\.trace$/);
    const events = jsonLinesOf(text) as { type: string; callId?: string; message?: string; text?: string }[];
    const [first, second] = events.filter(({ type }) => type === 'before').map(({ callId }) => callId);
    const logs = (id: string | undefined): (string | undefined)[] =>
      events
        .filter(
          ({ type, callId, message }) => type === 'log' && callId === id && /^masked/.test(message ?? ''),
        )
        .map(({ message }) => message);
    assert.deepEqual(
      logs(first),
      TEXTS.map((one) => `masked ${one}`),
    );
    assert.deepEqual(logs(second), []);
    const said = events.filter(({ type }) => type === 'console').map(({ text: one }) => one);
    assert.ok(said.includes('masked secret: value of the metadata'), said.join('\n'));
  });

  it("is in Predicate's action, ATIF's and OSWorld's step", async () => {
    const [rows = ''] = await textsOf('predicate', /cleaned/);
    const actions = (jsonLinesOf(rows) as { type: string; data: Fields }[]).filter(
      ({ type }) => type === 'action',
    );
    assert.deepEqual(
      actions.map(({ data }) => data['masks']),
      [MASKS, undefined],
    );
    const [trajectory = ''] = await textsOf('atif', /trajectory/);
    const { steps } = JSON.parse(trajectory) as { steps: { extra?: Fields }[] };
    assert.deepEqual(
      steps.map(({ extra }) => extra),
      [undefined, { masks: MASKS }, undefined],
    );
    const [lines = ''] = await textsOf('osworld', /traj/);
    assert.deepEqual(
      (jsonLinesOf(lines) as { info: Fields }[]).map(({ info }) => info['masks']),
      [MASKS, undefined],
    );
  });

  it("is in the metadata of the response of Cua's viewer", async () => {
    const turns = (await textsOf('cua-viewer', /json$/)).map(
      (text) => (JSON.parse(text) as { response: { metadata?: Fields } }).response.metadata,
    );
    assert.deepEqual(turns, [{ masked: TEXTS.join('; ') }, undefined]);
  });

  it('is an event of the span of OpenTelemetry, and a sum at the root', async () => {
    const text = (await exported(path, 'otel')).toString();
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: [{ scopeSpans: [{ spans: { attributes: Fields[]; events?: Fields[] }[] }] }];
    };
    const [root, first, second] = resourceSpans[0].scopeSpans[0].spans;
    const sum = root?.attributes.find(({ key }) => key === 'deskreel.masked');
    assert.deepEqual(sum?.['value'], { stringValue: 'secret: call 1, metadata 1, frame 1' });
    const attribute = (key: string, value: string): object => ({ key, value: { stringValue: value } });
    assert.deepEqual(
      first?.events?.map(({ name, attributes }) => [name, attributes]),
      ['text of the call', '1 place of the picture (after)'].map((place) => [
        'deskreel.masked',
        [attribute('deskreel.mask.rule', 'secret'), attribute('deskreel.mask.place', place)],
      ]),
    );
    assert.equal(second?.events, undefined);
  });

  it('is told nowhere with what it was', async () => {
    for (const format of ['cua', 'playwright', 'predicate', 'atif', 'osworld', 'cua-viewer', 'anthropic']) {
      const bytes = await exported(path, format);
      const files = format === 'anthropic' ? [bytes] : [...(await entriesOf(bytes)).values()];
      assert.ok(!files.some((content) => content.includes('hunter2')), format);
    }
  });
});
