// Runs inside a desktop's container: answers each line of JSON `{id, ask, ...}` on stdin with one on stdout.
import { createInterface } from 'node:readline';
import { createAccessibility } from '../../guest/accessibility/create.ts';
import { systemClock } from '../../guest/clock.ts';

export type Question =
  | { ask: 'tree'; limits: { max_nodes: number; max_depth: number; timeout: number } }
  | { ask: 'focus' | 'status' | 'treeless' };

const accessibility = createAccessibility({
  sessionBusAddress: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '',
  display: process.env['DISPLAY'] ?? '',
  clock: systemClock,
});

function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'tree':
      return accessibility.readTree(question.limits, AbortSignal.timeout(60_000));
    case 'focus':
      return accessibility.focusedElement(1000);
    case 'treeless':
      return accessibility.applicationsWithoutTree().then((found) => [...found]);
    case 'status':
      return Promise.resolve(accessibility.status());
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question & { id: number };
  const started = performance.now();
  const result = await answer(question);
  const ms = performance.now() - started;
  process.stdout.write(`${JSON.stringify({ id: question.id, result, ms })}\n`);
}
accessibility.close();
