// Two desktops at once, each with its own trace: nothing of one is in the other's.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Computer } from '../../../sdk/index.ts';
import { attach } from '../../support/computer.ts';
import { waitForElement } from '../../support/elements.ts';
import { rowsOf, savedTrace, type SavedTrace } from '../../support/saved-trace.ts';
import { TestServer } from '../../support/server.ts';

const ROUNDS = 5;

interface Recorded {
  readonly word: string;
  readonly trace: SavedTrace;
  /** What the screen showed, after the word had been typed. */
  readonly frames: ReadonlySet<string>;
}

/** Types the word again and again, looks at the screen, and gives back what the screen showed and the trace. */
async function record(computer: Computer, word: string, folder: string): Promise<Recorded> {
  const { interface: desktop, tracing } = computer;
  await desktop.launch('mousepad');
  await waitForElement(desktop, { app: 'mousepad', role: 'text', state: 'focused' });
  await tracing.start({ name: word });
  const frames = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await desktop.typeText(`${word} ${round} `);
    frames.add((await desktop.screenshotDetails()).frame);
    await desktop.writeText(`~/${word}.txt`, `${word} ${round}`);
    assert.equal(await desktop.readText(`~/${word}.txt`), `${word} ${round}`);
  }
  const path = await tracing.stop({ format: 'dir', path: join(folder, word) });
  return { word, trace: await savedTrace(path), frames };
}

describe('two desktops that are recorded at once', () => {
  it('have each its own calls, texts and frames in its own archive', async () => {
    await using server = await TestServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'deskreel-saved-'));
    const words = ['tangerine', 'pistachio'] as const;
    const infos = await Promise.all(words.map((name) => server.create({ name })));
    const computers = await Promise.all(infos.map(({ id }) => attach(server, id)));
    const recorded = await Promise.all(
      computers.map((computer, index) => record(computer, words[index] ?? '', folder)),
    );
    await Promise.all(computers.map((computer) => computer.stop()));

    const [one, two] = recorded;
    assert.ok(one && two);
    assert.deepEqual(
      [one, two].map(({ trace }) => trace.overview.desktop.id),
      infos.map(({ id }) => id),
    );
    for (const [own, other] of [
      [one, two],
      [two, one],
    ] as const)
      await staysApart(own, other);
    await rm(folder, { recursive: true });
  });
});

async function staysApart(own: Recorded, other: Recorded): Promise<void> {
  const { word, trace, frames } = own;
  const typed = trace.calls.filter(({ method }) => method === 'type_text').map(({ args }) => args?.['text']);
  assert.deepEqual(
    typed,
    Array.from({ length: ROUNDS }, (_, round) => `${word} ${round} `),
  );
  assert.deepEqual([trace.calls.length, trace.overview.errors], [4 * ROUNDS, 0]);
  for (const name of trace.names) {
    const content = await readFile(join(trace.dir, name));
    assert.ok(!content.includes(other.word), `${other.word} in ${name} of ${word}`);
  }
  const kept = new Set(
    rowsOf(trace.rows, 'frame').map(({ data }) => ('frame' in data ? data.frame : undefined)),
  );
  // Before anything was typed both show the same: an empty editor. What is asked for here was seen after that.
  for (const frame of frames) assert.ok(kept.has(frame), 'what its own screen showed is in it');
  for (const frame of other.frames) assert.ok(!kept.has(frame), 'what the other screen showed is not');
}
