// Metrics in Prometheus's text format, version 0.0.4.
import { DesktopState } from '../../protocol/desktop.ts';
import type { RecorderMetrics } from '../recorder/metrics.ts';
import { BUCKETS, type CommandCounts, type CommandMetrics } from './command-metrics.ts';

export interface CountedDesktop {
  readonly state: DesktopState;
  /** `active` is the trace that runs. */
  readonly recorder: { readonly active: string | undefined };
}

export interface Counted {
  readonly desktops: readonly CountedDesktop[];
  readonly commands: CommandMetrics;
  readonly recorder: RecorderMetrics;
}

export function metricsText({ desktops, commands, recorder }: Counted): string {
  const states = DesktopState.options.map((state) => {
    const count = desktops.filter((desktop) => desktop.state === state).length;
    return sample('deskreel_desktops', { state }, count);
  });
  const recording = desktops.filter(({ recorder }) => recorder.active !== undefined).length;
  const all = [...commands.commands];
  const families = [
    ...family('deskreel_desktops', 'gauge', 'Desktops by state.', states),
    ...family('deskreel_traces_recording', 'gauge', 'Traces that run.', [
      sample('deskreel_traces_recording', {}, recording),
    ]),
    ...family(
      'deskreel_commands_total',
      'counter',
      'Commands that ended, by outcome.',
      all.flatMap(outcomes),
    ),
    ...family(
      'deskreel_command_duration_seconds',
      'histogram',
      'Time from dispatch to reply.',
      all.flatMap(durations),
    ),
    ...family(
      'deskreel_recorder_faults_total',
      'counter',
      'What the recorder could not do, by part.',
      Object.entries(recorder.faults()).map(([part, count]) =>
        sample('deskreel_recorder_faults_total', { part }, count),
      ),
    ),
  ];
  return `${families.join('\n')}\n`;
}

function outcomes([command, counts]: [string, CommandCounts]): string[] {
  return [...counts.outcomes].map(([outcome, count]) =>
    sample('deskreel_commands_total', { command, outcome }, count),
  );
}

function durations([command, { buckets, seconds, count }]: [string, CommandCounts]): string[] {
  const name = 'deskreel_command_duration_seconds';
  const bucket = (le: string, value: number): string => sample(`${name}_bucket`, { command, le }, value);
  return [
    ...BUCKETS.map((bound, index) => bucket(String(bound), buckets[index] ?? 0)),
    bucket('+Inf', count),
    sample(`${name}_sum`, { command }, seconds),
    sample(`${name}_count`, { command }, count),
  ];
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

/** Names and values of labels are our own: none holds a quote, a backslash or a line break. */
function sample(name: string, labels: Record<string, string>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}
