// Records test/fixtures/traces/desktop.zip on a real desktop, which the exports' golden files are made from:
//   node test/support/record-fixture.ts
// It is small on purpose: a small screen, a dozen commands of every kind that exports treat differently.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { startComputer, type TestComputer } from './computer.ts';

const TARGET = join(import.meta.dirname, '../fixtures/traces/desktop.zip');

async function postEvents({ server }: TestComputer, events: object[]): Promise<void> {
  const [desktop] = await server.desktops();
  const answer = await server.api('POST', `/v1/desktops/${desktop?.id}/trace/events`, { events });
  if (answer.status !== 200) throw new Error(answer.text);
}

const modelSaid = (text: string): object => ({
  type: 'llm_response',
  data: { model: 'model-1', prompt_tokens: 900, completion_tokens: 20, response_text: text },
});

async function work(desk: TestComputer): Promise<void> {
  const { desktop } = desk;
  const config = { goal: 'Write a greeting and select its last word' };
  await postEvents(desk, [{ type: 'run_start', data: { agent: 'writer', llm_model: 'model-1', config } }]);
  await desk.tracing.addMetadata('task', config.goal);
  await desktop.launch('mousepad');
  // Recorded as well, so that the scripts made of the trace wait for the window as it did.
  await desktop.runCommand('xdotool search --sync --onlyvisible --class mousepad windowactivate --sync');
  await desktop.runCommand('wmctrl -r :ACTIVE: -b add,maximized_vert,maximized_horz');
  const [x, y] = [320, 240];
  await postEvents(desk, [
    {
      type: 'step_start',
      step_id: 'step-1',
      data: { step_id: 'step-1', step_index: 1, goal: 'write', attempt: 0 },
    },
    modelSaid('I click into the text and write.'),
  ]);
  await desktop.leftClick(x, y, { stepId: 'step-1' });
  await desktop.typeText('Good morning, "world"!', { stepId: 'step-1' });
  await desktop.pressKey('enter', { stepId: 'step-1' });
  await desktop.typeText('Grüße, 漢字', { stepId: 'step-1' });
  await desktop.typeText('correct horse', { secret: true });
  await postEvents(desk, [
    {
      type: 'step_end',
      step_id: 'step-1',
      data: { step_id: 'step-1', step_index: 1, exec: { success: true } },
    },
    modelSaid('Now the last word is to be selected.'),
  ]);
  await desktop.hotkey('ctrl', 'z');
  await desktop.moveCursor(x - 40, y);
  await desktop.drag(
    [
      [40, 120],
      [80, 122],
      [120, 120],
    ],
    { duration: 0.2 },
  );
  await desktop.doubleClick(x, y);
  await desktop.scroll(0, -2);
  await desktop.rightClick(x, y);
  await desktop.pressKey('escape');
  await desktop.setClipboard('never recorded');
  await desktop.runCommand('echo "from the shell"');
  await desktop.screenshot();
  await desktop.leftClick(9999, 10).catch(() => undefined);
  await desktop.hotkey('ctrl', 'shift', 'end');
  await postEvents(desk, [{ type: 'run_end', data: { steps: 1, status: 'success' } }]);
}

const desk = await startComputer({ resolution: '640x480', name: 'fixture' });
try {
  await desk.tracing.start({ name: 'a greeting', accessibilityTree: true, pace: 'settled' });
  await work(desk);
  const path = await desk.tracing.stop({ path: join(desk.folder, 'desktop.zip') });
  await rename(path, TARGET);
  console.log(TARGET);
} finally {
  await desk[Symbol.asyncDispose]();
}
