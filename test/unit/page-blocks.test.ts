// Every block of code and of data on the pages about agents and telemetry, in their order, and the test that runs it as it
// reads, in TypeScript. A block whose test is gone, and a block that was left out, fails.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const TESTS = join(import.meta.dirname, '..');
const FILES = {
  seed: 'unit/agent-tracing/seed-examples.test.ts',
  examples: 'unit/agent-tracing/page-examples.test.ts',
  sdk: 'unit/agent-tracing/page-sdk.test.ts',
  events: 'unit/agent-tracing/page-events.test.ts',
  uploads: 'unit/agent-tracing/page-uploads.test.ts',
  sinks: 'integration/page-sinks.test.ts',
  telemetry: 'unit/sdk/telemetry-examples.test.ts',
  agent: 'e2e/agent-page.test.ts',
} as const;

/** The block's heading; the file; the test there, or the row of a table, or the table of rows. */
type Block = readonly [heading: string, file: keyof typeof FILES, test: string];

const PREDICATE: readonly Block[] = [
  ['Basic Usage', 'seed', 'Basic Usage'],
  ['Example trace.jsonl', 'events', 'the example of a trace'],
  ['Auto-Emit (Default Behavior)', 'seed', 'Auto-Emit, and Disabling Auto-Emit'],
  ['Disabling Auto-Emit', 'seed', 'Auto-Emit, and Disabling Auto-Emit'],
  ['Using emit_snapshot() / emitSnapshot() Directly', 'examples', 'Using emitSnapshot() Directly'],
  ['Snapshot Event Format', 'events', 'the key fields of a snapshot'],
  // Not installed: `sharp` comes with the package, and the test uses it.
  ['Optional Dependencies for Image Processing', 'seed', 'Screenshot Processing: PII Redaction'],
  ['Example: PII Redaction with Image Processing', 'seed', 'Screenshot Processing: PII Redaction'],
  ['Simple Example (No Dependencies)', 'seed', 'Screenshot Processing: Simple Example (No Dependencies)'],
  ['Tracer Factory Auto-Emits run_start', 'seed', 'Tracer Factory Auto-Emits run_start'],
  ['AgentRuntime Auto-Emits step_start', 'examples', 'AgentRuntime Auto-Emits step_start, and Emitting run_end'],
  ['Emitting run_end', 'examples', 'AgentRuntime Auto-Emits step_start, and Emitting run_end'],
  ['Complete Trace Lifecycle Example', 'seed', 'Complete Trace Lifecycle'],
  ['AgentConfig Options', 'examples', 'Quick Start, AgentConfig Options, and Enable screenshots for debugging'],
  ['Snapshot Digests (Loop Detection)', 'seed', 'Snapshot Digests (Loop Detection), and LLM Prompt Formatting'],
  ['LLM Prompt Formatting', 'seed', 'Snapshot Digests (Loop Detection), and LLM Prompt Formatting'],
  ['Function Signature', 'examples', 'Function Signature'],
  ['Quick Start', 'examples', 'Quick Start, AgentConfig Options, and Enable screenshots for debugging'],
  ['Always close the tracer', 'seed', 'Always close the tracer, and Non-Blocking Trace Uploads'],
  ['Use non-blocking uploads', 'seed', 'Always close the tracer, and Non-Blocking Trace Uploads'],
  ['Set meaningful run IDs and metadata', 'uploads', 'run ids and metadata say something'],
  ['Enable screenshots for debugging', 'examples', 'Quick Start, AgentConfig Options, and Enable screenshots for debugging'],
  ['TraceSink Interface', 'seed', 'Custom Trace Sinks'],
  ['Example: Database Trace Sink', 'sinks', 'Example: Database Trace Sink'],
  ['Example: Cloud Storage Sink', 'sinks', 'Example: Cloud Storage Sink'],
  ['Example: Multi-Sink', 'sinks', 'Example: Multi-Sink (Write to Multiple Destinations)'],
  ['Logger Interface', 'seed', 'Custom Logger Implementation'],
  ["Using Python's Built-in Logger", 'sdk', 'integration'],
  ['Custom Logger Implementation', 'seed', 'Custom Logger Implementation'],
  ['Example: Crash and Recovery', 'examples', 'Crash and Recovery, and Monitor cache directory'],
  ['Always use meaningful run IDs', 'uploads', 'run ids and metadata say something'],
  ['Monitor cache directory', 'examples', 'Crash and Recovery, and Monitor cache directory'],
  ['Use try/finally for cleanup', 'examples', 'Use try/finally for cleanup'],
  ['Blocking vs Non-Blocking', 'examples', 'Blocking vs Non-Blocking, and Progress Callbacks'],
  ['Progress Callbacks', 'examples', 'Blocking vs Non-Blocking, and Progress Callbacks'],
  ['Trace Schema Reference', 'events', 'the envelope'],
  ['run_start', 'events', 'run_start'],
  ['step_start', 'events', 'step_start'],
  ['snapshot / snapshot_taken', 'events', 'snapshot / snapshot_taken'],
  ['llm_called', 'events', 'llm_called'],
  ['action / action_executed', 'events', 'action / action_executed'],
  ['verification', 'events', 'verification'],
  ['recovery', 'events', 'recovery'],
  ['step_end', 'events', 'step_end'],
  ['run_end', 'events', 'run_end'],
  ['error', 'events', 'error'],
]; // prettier-ignore

const TELEMETRY: readonly Block[] = [
  ['Environment Variable', 'telemetry', 'Environment Variable'],
  ['Per Instance', 'telemetry', 'Per Instance, and Check Status'],
  ['Check Status', 'telemetry', 'Per Instance, and Check Status'],
  ['Enabling Trajectory Logging', 'telemetry', 'Enabling Trajectory Logging'],
];

const TELEMETRY_SOURCE: readonly Block[] = [
  ['Environment Variable (Global Control)', 'telemetry', 'Environment Variable (Global Control)'],
  ['Or from Python', 'telemetry', 'Or from the program'],
  ['Computer SDK', 'telemetry', 'Computer SDK'],
  ['Agent SDK', 'telemetry', 'Agent SDK, and the check of an instance'],
  ['You can check if telemetry is enabled', 'telemetry', 'Agent SDK, and the check of an instance'],
];

const TRACING: readonly Block[] = [['Tracing with ComputerAgent', 'agent', 'tracing beside trajectories']];

/** Whether the file has a test, a row or a table of this name. */
function hasTest(source: string, name: string): boolean {
  const written = [`it('${name}',`, `pageRows('${name}',`, `\n  '${name}': `, `\n  ${name}: `];
  return written.some((text) => source.includes(text));
}

function blocksOf(page: string, count: number, blocks: readonly Block[]): void {
  describe(page, () => {
    it(`has ${count} blocks`, () => {
      assert.equal(new Set(blocks.map(([heading]) => heading)).size, count);
      assert.equal(blocks.length, count);
    });
    for (const [heading, file, test] of blocks) {
      it(`runs: ${heading}`, async () => {
        const source = await readFile(join(TESTS, FILES[file]), 'utf8');
        assert.ok(hasTest(source, test), `${FILES[file]} has no ${test}`);
      });
    }
  });
}

blocksOf("Predicate's page", 46, PREDICATE);
blocksOf('the page on telemetry', 4, TELEMETRY);
blocksOf('the source of the page on telemetry', 5, TELEMETRY_SOURCE);
blocksOf('the page on tracing, of agents', 1, TRACING);
