// Runs inside a desktop's container, beside the agent's own code: reads the tree as the agent does, and prints how many nodes
// it has and the milliseconds of each reading, as walk.py does of pyatspi.
import { createAccessibility } from '../../guest/accessibility/create.ts';
import { systemClock } from '../../guest/clock.ts';
import { COMMANDS } from '../../protocol/commands/table.ts';

const READINGS = 200;
/** The agent reads trees all day: what it has compiled by then is warm. */
const WARMUP = 50;

const accessibility = createAccessibility({
  sessionBusAddress: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
  display: process.env['DISPLAY'] ?? '',
  clock: systemClock,
});
const limits = COMMANDS.get_accessibility_tree.params.parse({});
const times: number[] = [];
let nodes = 0;
for (let reading = 0; reading < READINGS + WARMUP; reading += 1) {
  const from = performance.now();
  const report = await accessibility.readTree(limits, AbortSignal.timeout(60_000));
  if (reading >= WARMUP) times.push(performance.now() - from);
  nodes = report.nodes;
}
accessibility.close();
process.stdout.write(JSON.stringify({ nodes, times }));
