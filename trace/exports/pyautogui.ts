// `pyautogui`: a Python script that does it again, with the pauses of the recording.
import type { Action } from '../../protocol/vocabulary/action.ts';
import { pyautoguiLines, pythonString } from '../../protocol/vocabulary/pyautogui.ts';
import { commandSpec, resolveCommand } from '../../protocol/commands/table.ts';
import type { TraceSource } from '../source/source.ts';
import { readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { otherLines } from './pyautogui-others.ts';
import { fieldsOf, Pauses, SecretNames, oneLine } from './script.ts';

export const pyautogui: Exporter = {
  format: 'pyautogui',
  about: 'a Python script that does it again with pyautogui',
  extension: 'py',
  *files(trace) {
    yield { name: 'script.py', content: script(trace) };
  },
};

const HEAD = `import os
import subprocess
import time
from pathlib import Path

import pyautogui

pyautogui.PAUSE = 0.05
pyautogui.FAILSAFE = False


def type_text(text):
    """Types ASCII by keys; other text by the clipboard, since pyautogui has no keys for it."""
    if text.isascii():
        pyautogui.write(text, interval=0.01)
        return
    # xclip stays to serve the clipboard: it must not hold on to this script's output.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["xclip", "-selection", "clipboard"], input=text.encode(), check=True, **quiet)
    pyautogui.hotkey("ctrl", "v")


def start(*command):
    subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


`;

async function* script(trace: TraceSource): AsyncGenerator<string> {
  yield `# Made from ${trace.overview.trace_id}${trace.overview.name === null ? '' : ` (${trace.overview.name})`}.\n${HEAD}`;
  const pauses = new Pauses();
  const secrets = new SecretNames();
  for await (const step of readSteps(trace.entries())) {
    const lines = linesOf(step, secrets);
    if (lines.length === 0) continue;
    const seconds = pauses.before(step);
    yield [...(seconds > 0 ? [`time.sleep(${seconds})`] : []), ...lines, ''].join('\n');
  }
}

function linesOf(step: Step, secrets: SecretNames): string[] {
  const { method, args } = step.call.data;
  if (!isChange(step)) return [];
  const lines = hasFailed(step) ? undefined : linesOfChange(step, secrets);
  if (lines) return lines;
  const why = hasFailed(step)
    ? 'Failed when it was recorded'
    : 'pyautogui cannot do it, or it was not recorded whole';
  return [`# ${why}: ${method} ${oneLine(JSON.stringify(args ?? {}))}`];
}

function isChange({ action, call }: Step): boolean {
  const name = resolveCommand(call.data.method);
  return action !== undefined || (name !== undefined && commandSpec(name).permission === 'control');
}

function hasFailed({ reply }: Step): boolean {
  return reply?.data.success !== true;
}

function linesOfChange({ action, call, reply }: Step, secrets: SecretNames): string[] | undefined {
  const { method, args, masked, shortened } = call.data;
  if (shortened) return undefined;
  if (action) return actionLines(action, secrets);
  return masked ? undefined : otherLines(method, fieldsOf(args), fieldsOf(reply?.data.result));
}

function actionLines(action: Action, secrets: SecretNames): string[] {
  if (action.type === 'screenshot') return [];
  if (action.type !== 'type') return pyautoguiLines(action);
  if (action.text === undefined) return [`type_text(os.environ[${pythonString(secrets.next())}])`];
  return [`type_text(${pythonString(action.text)})`];
}
