// `trace_metadata.json`: the overview of a finished trace, in the form that Cua's readers know, with a few fields more.
import { z } from 'zod';
import { RecordedOptions, type TraceSummary } from '../protocol/tracing.ts';
import { DesktopFacts, MaskCounts, Source, TraceEnding, VERSION, type RowOf } from './format.ts';

export const TraceOverview = z.object({
  v: z.number().int().min(1).max(VERSION),
  trace_id: z.string(),
  name: z.string().nullable(),
  run_id: z.string(),
  start_time: z.iso.datetime(),
  end_time: z.iso.datetime(),
  /** Seconds. */
  duration: z.number(),
  /** The `event_*` files of the archive. */
  total_events: z.number().int(),
  /** The PNG files of the archive. */
  screenshot_count: z.number().int(),
  steps: z.number().int(),
  errors: z.number().int(),
  /** How often something was masked, by rule and by where; not told by older traces. */
  masked: MaskCounts.optional(),
  end: TraceEnding,
  config: RecordedOptions,
  desktop: DesktopFacts,
  source: Source.optional(),
});
export type TraceOverview = z.infer<typeof TraceOverview>;

/** The overview of what lies between these two rows. */
export function overviewOf(start: RowOf<'trace_start'>, end: RowOf<'trace_end'>): TraceOverview {
  const { trace_id: id, name, config, desktop, source } = start.data;
  const { counts } = end.data;
  const endedMs = end.data.ended_ms ?? end.ts_ms;
  return {
    v: VERSION,
    trace_id: id,
    name,
    run_id: start.run_id,
    start_time: start.ts,
    end_time: new Date(endedMs).toISOString(),
    duration: durationOf(start, end),
    total_events: counts.events,
    screenshot_count: counts.screenshots,
    steps: counts.steps,
    errors: counts.errors,
    ...(counts.masked ? { masked: counts.masked } : {}),
    end: end.data.end,
    config,
    desktop,
    ...(source ? { source } : {}),
  };
}

/** What a table shows of it. */
export function summaryOf(overview: TraceOverview): TraceSummary {
  const { steps, screenshot_count: screenshots, errors, duration } = overview;
  return { steps, screenshots, errors, duration };
}

/** Seconds from the first row to the last that was recorded while it ran. */
export function durationOf(start: RowOf<'trace_start'>, end: RowOf<'trace_end'>): number {
  const endedMs = end.data.ended_ms;
  // A recovered trace was ended by a later process, whose monotonic time begins anew.
  const ms = endedMs === undefined ? end.mono_ms - start.mono_ms : endedMs - start.ts_ms;
  return Math.max(0, Math.round(ms)) / 1000;
}
