// Tools beside the commands: desktops made and removed, traces started and stopped.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { DesktopSpec } from '../../protocol/desktop.ts';
import { TraceOptions } from '../../protocol/tracing.ts';
import { chooseDesktop } from './choose-desktop.ts';
import type { McpDesktops } from './desktops.ts';
import { inputSchema, textResult, type McpTool } from './tool.ts';

const Nothing = z.object({});

const list: McpTool = {
  definition: {
    name: 'desktop_list',
    title: 'List desktops',
    description: 'List the desktops that can be used: id, name, state and resolution.',
    inputSchema: inputSchema(Nothing, false),
    annotations: { readOnlyHint: true },
  },
  run: async (_args, desktops) => textResult({ desktops: await desktops.list() }),
};

const startTrace: McpTool = {
  definition: {
    name: 'trace_start',
    title: 'Start a trace',
    description: 'Record what happens on a desktop from now on: commands, screenshots, trees.',
    inputSchema: inputSchema(TraceOptions, true),
  },
  run: async ({ desktop, ...args }, desktops) => {
    const options = parseWith(TraceOptions, args, 'trace_start', 'bad_params');
    const { id } = await chooseDesktop(desktops, desktop);
    return textResult(await desktops.startTrace(id, options));
  },
};

const stopTrace: McpTool = {
  definition: {
    name: 'trace_stop',
    title: 'Stop the trace',
    description: 'Stop what records a desktop. Answers with the id of the trace and where its archive is.',
    inputSchema: inputSchema(Nothing, true),
  },
  run: async ({ desktop }, desktops) => {
    const { id } = await chooseDesktop(desktops, desktop);
    return textResult(await desktops.stopTrace(id));
  },
};

type Manage = NonNullable<McpDesktops['manage']>;

const create = (manage: Manage): McpTool => ({
  definition: {
    name: 'desktop_create',
    title: 'Create a desktop',
    description: 'Create a Linux desktop; answers when it is ready, after a second or two.',
    inputSchema: inputSchema(DesktopSpec, false),
  },
  run: async (args, _desktops, signal) =>
    textResult(await manage.create(parseWith(DesktopSpec, args, 'desktop_create', 'bad_params'), signal)),
});

const remove = (manage: Manage): McpTool => ({
  definition: {
    name: 'desktop_remove',
    title: 'Remove a desktop',
    description: 'Remove a desktop and all that is in it.',
    inputSchema: inputSchema(Nothing, true),
    annotations: { destructiveHint: true },
  },
  run: async ({ desktop }, desktops) => {
    const { id } = await chooseDesktop(desktops, desktop);
    await manage.remove(id);
    return textResult({ removed: id });
  },
});

export function desktopTools({ manage }: McpDesktops): McpTool[] {
  return [list, ...(manage ? [create(manage), remove(manage)] : []), startTrace, stopTrace];
}
