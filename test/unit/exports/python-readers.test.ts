// Exports of the recorded desktop, read by other people's programs in Python: those of the format's makers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { DESKTOP_TRACE, entriesOf, exported, jsonLinesOf } from '../../support/exports.ts';
import { readersPython } from '../../support/python.ts';

const execute = promisify(execFile);
const READERS = join(import.meta.dirname, '../../fixtures/readers');

let python: string;

before(async () => {
  python = await readersPython();
});

/** The export's files in a folder of their own; a single file under its format's name. */
async function inFolder(
  format: string,
  use: (folder: string, names: string[]) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `deskreel-${format}-`));
  try {
    const bytes = await exported(DESKTOP_TRACE, format);
    const files =
      bytes.toString('latin1', 0, 2) === 'PK' ? await entriesOf(bytes) : new Map([[format, bytes]]);
    for (const [name, content] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    await use(folder, [...files.keys()]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function printed(...args: readonly string[]): Promise<string> {
  return (await execute(python, args, { maxBuffer: 1 << 26 })).stdout;
}

describe('atif', () => {
  it("is valid by Harbor's validator, every picture where it says", async () => {
    await inFolder('atif', async (folder) => {
      const path = join(folder, 'trajectory.json');
      const validator = ['-m', 'harbor.utils.trajectory_validator', path];
      assert.match(await printed(...validator), /Trajectory is valid/);
      await rm(join(folder, 'images'), { recursive: true });
      await assert.rejects(printed(...validator), /referenced image file does not exist/);
    });
  });
});

describe('otel', () => {
  interface Span {
    traceId: string;
    spanId: string;
    parentSpanId?: string;
    name: string;
    kind: string;
    startTimeUnixNano: string;
    status: { code?: string; message?: string };
  }

  it("is read by OpenTelemetry's own messages, no field unknown: one root, and its children", async () => {
    await inFolder('otel', async (folder) => {
      const { resourceSpans } = JSON.parse(
        await printed(join(READERS, 'otlp-reader.py'), join(folder, 'otel')),
      ) as {
        resourceSpans: [{ scopeSpans: [{ spans: [Span, ...Span[]] }] }];
      };
      const [root, ...children] = resourceSpans[0].scopeSpans[0].spans;
      assert.equal(root.name, 'invoke_agent writer');
      assert.equal(root.parentSpanId, undefined);
      assert.equal(Buffer.from(root.traceId, 'base64').length, 16);
      assert.equal(children.length, 20);
      for (const span of children) {
        assert.deepEqual([span.traceId, span.parentSpanId], [root.traceId, root.spanId]);
        assert.equal(span.kind, 'SPAN_KIND_INTERNAL');
        assert.match(
          new Date(Number(BigInt(span.startTimeUnixNano) / 1_000_000n)).toISOString(),
          /^2026-11-25T01:4/,
        );
      }
      const failed = children.filter(({ status }) => status.code === 'STATUS_CODE_ERROR');
      assert.deepEqual(
        failed.map(({ name, status }) => [name, status.message]),
        [['execute_tool left_click', 'x=9999, y=10 is outside the 640x480 screen']],
      );
    });
  });
});

describe('predicate', () => {
  interface Mark {
    snapshot_id: string | null;
  }
  interface Step {
    action: { success: boolean | null };
    snapshot_before: Mark;
    snapshot_after: Mark;
    counters: object;
  }
  interface Index {
    run_id: string;
    trace_file: { path: string };
    summary: object;
    steps: Step[];
  }

  /**
   * What both indexers say in the same words. Digests of actions are keyed here and those of snapshots are what the trace
   * says; actions have one spelling each; a step without a picture of its own goes on from the URL before it.
   */
  const shared = ({ run_id, trace_file, summary, steps }: Index) => ({
    run_id,
    trace_file: { ...trace_file, path: '' },
    summary,
    steps: steps.map(({ action, snapshot_before, snapshot_after, ...step }) => ({
      ...step,
      url_after: undefined,
      success: action.success,
      snapshots: [snapshot_before.snapshot_id, snapshot_after.snapshot_id],
    })),
  });

  it("is indexed by Predicate's own runtime as its index says", async () => {
    await inFolder('predicate', async (folder, [trace = '', , indexName = '']) => {
      const { index, read } = JSON.parse(
        await printed(join(READERS, 'predicate-reader.py'), join(folder, trace)),
      ) as {
        index: Index;
        read: number[][];
      };
      const files = await entriesOf(await exported(DESKTOP_TRACE, 'predicate'));
      const ours = JSON.parse(files.get(indexName)?.toString() ?? '') as Index;
      assert.deepEqual(shared(ours), shared(index));
      assert.deepEqual(
        [...new Set(read.flat())].sort((one, other) => one - other),
        jsonLinesOf(files.get(trace)?.toString() ?? '').map((_, at) => at + 1),
        'every event is in a step that the runtime reads back',
      );
    });
  });
});

/** Code in the rows of formats for training. */
describe('code', () => {
  const CODE: Readonly<Record<string, (files: Map<string, string>) => string[]>> = {
    osworld: (files) =>
      (jsonLinesOf(files.get('traj.jsonl') ?? '') as { action: string }[]).map(({ action }) => action),
    agentnet: (files) =>
      (jsonLinesOf([...files.values()][0] ?? '') as { traj: { value: { code: string } }[] }[]).flatMap(
        ({ traj }) => traj.map(({ value }) => value.code),
      ),
    imagefolder: (files) =>
      (jsonLinesOf(files.get('train/metadata.jsonl') ?? '') as { code: string }[]).map(({ code }) => code),
  };
  /** Parses each, and prints the names that are called. */
  const PARSE = `
import ast, json, sys
calls = [node.func for code in json.load(sys.stdin) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
print("\\n".join(sorted({ast.unparse(call) for call in calls})))`;

  for (const [format, codeOf] of Object.entries(CODE)) {
    it(`of ${format} is Python, of pyautogui and of the format's own words alone`, async () => {
      const entries = await entriesOf(await exported(DESKTOP_TRACE, format));
      const code = codeOf(new Map([...entries].map(([name, content]) => [name, content.toString()])));
      assert.ok(code.length >= 13);
      const run = execute(python, ['-c', PARSE]);
      run.child.stdin?.end(JSON.stringify(code));
      const called = (await run).stdout.trim().split('\n');
      const words =
        format === 'agentnet'
          ? /^(pyautogui\.\w+|computer\.(terminate|tripleClick|wait))$/
          : /^pyautogui\.\w+$/;
      for (const name of called) assert.match(name, words);
      assert.ok(called.includes('pyautogui.hotkey') && called.includes('pyautogui.mouseDown'));
    });
  }
});
