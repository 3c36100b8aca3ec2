// Kills of the server while a person is at work by a viewer: whatever they were about to do is an action of the recovered trace,
// and of what the flight recorder holds, as far as the server had taken it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { Deskreel, verifyTrace } from '../../sdk/index.ts';
import { systemClock } from '../../server/clock.ts';
import { openEditor } from '../support/busy-client.ts';
import { actionsOf, assertAnswered, handsGiven, handsTold } from '../support/hands.ts';
import { seededRandom } from '../support/random.ts';
import { KEY, RFB_BUTTON, RfbViewer } from '../support/rfb-viewer.ts';
import { knownRows } from '../support/saved-trace.ts';
import { serveProcess, type ServerProcess } from '../support/server-process.ts';
import { eventually, TestServer } from '../support/server.ts';

const KILLS = Number(process.env['KILLS'] ?? 24);
const SEED = Number(process.env['SEED'] ?? 7);
/** Milliseconds: from the first input to the kill, and between what a person does and what they do next. */
const KILL_WITHIN = 3_000;
const PAUSE_WITHIN = 600;

type Act = (viewer: RfbViewer, at: number) => void;
const ACTS: readonly Act[] = [
  (viewer) => viewer.type('quick brown foxes '),
  (viewer, at) => viewer.click(at, 300),
  (viewer) => viewer.press(KEY.control, 0x61),
  (viewer) => viewer.press(KEY.return),
  (viewer, at) => viewer.pointer(at, 320, RFB_BUTTON.down),
  (viewer, at) => {
    for (const x of [at, at + 40, at + 80]) viewer.pointer(x, 340, RFB_BUTTON.left);
  },
];

it(`a server that is killed ${KILLS} times while a person is at work tells all that they did (SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED);
  await using owner = await TestServer.start();
  await owner.shut();
  const found = { keys: 0, presses: 0, recovered: 0 };
  const id = await withServer(owner.data, async (deskreel) => {
    const desktop = await deskreel.createDesktop({ record: 'always' });
    const session = deskreel.session(desktop.id);
    await openEditor(session);
    session.close();
    return desktop.id;
  });
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const { trace, before } = await killWhileAtWork(owner.data, id, `person-${kill}`, random);
    await withServer(owner.data, async (deskreel) => {
      await answers(deskreel, id);
      const { traceId: cut } = await deskreel.cutTrace(id, 60_000);
      for (const one of [trace, cut]) {
        const rows = knownRows(await journalOf(owner.data, one));
        const given = handsGiven(rows, `person-${kill}`);
        assert.deepEqual(handsTold(rows, `person-${kill}`), given, `kill ${kill}, ${one}`);
        assertAnswered(rows);
        const verdict = await verifyTrace(join(owner.data, 'traces', one), { data: owner.data });
        assert.deepEqual([...verdict.faults, ...verdict.gaps], []);
        if (one !== trace) continue;
        found.keys += given.keys.length;
        found.presses += given.presses;
        found.recovered += actionsOf(rows, `person-${kill}`).length - before;
      }
    });
  }
  t.diagnostic(
    `${KILLS} kills, ${JSON.stringify(found)}: keys and presses that were taken, actions made by recovery`,
  );
});

const journalOf = (data: string, trace: string): Promise<string> =>
  readFile(join(data, 'traces', trace, 'events.jsonl'), 'utf8');

/** Resolves when a desktop whose server is new does what it is asked. */
async function answers(deskreel: Deskreel, desktop: string): Promise<void> {
  const session = deskreel.session(desktop);
  await eventually(async () => {
    await session.call('get_screen_size', {});
  });
  session.close();
}

async function withServer<T>(data: string, work: (deskreel: Deskreel) => Promise<T>): Promise<T> {
  const server = await serveProcess(data);
  try {
    await using deskreel = await Deskreel.open({ url: server.url, token: server.token });
    return await work(deskreel);
  } finally {
    await server.kill();
  }
}

/** Returns the trace, and how many actions were written in it when the server was killed. */
async function killWhileAtWork(
  data: string,
  desktop: string,
  person: string,
  random: () => number,
): Promise<{ trace: string; before: number }> {
  const server = await serveProcess(data);
  await using deskreel = await Deskreel.open({ url: server.url, token: server.token });
  await answers(deskreel, desktop);
  const trace = await deskreel.startTrace(desktop);
  await killAtWork(
    server,
    `${server.url.replace('http', 'ws')}/v1/desktops/${desktop}/vnc?actor=${person}`,
    random,
  );
  const journal = await journalOf(data, trace);
  const rows = knownRows(journal.slice(0, journal.lastIndexOf('\n') + 1));
  return { trace, before: actionsOf(rows, person).length };
}

async function killAtWork(server: ServerProcess, vnc: string, random: () => number): Promise<void> {
  const viewer = await RfbViewer.open(vnc, { 'X-API-Key': server.token });
  let leftMs = random() * KILL_WITHIN;
  for (let at = 200; leftMs > 0; at = at > 700 ? 200 : at + 37) {
    viewer.pointer(at, 360);
    ACTS[Math.floor(random() * ACTS.length)]?.(viewer, at);
    const pauseMs = Math.min(leftMs, random() * PAUSE_WITHIN);
    await systemClock.sleep(pauseMs);
    leftMs -= pauseMs;
  }
  await server.kill();
  await viewer.closed();
}
