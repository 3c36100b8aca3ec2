// One tool for each command of the table: `computer_` and the command's name.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { chooseDesktop } from './choose-desktop.ts';
import { inputSchema, textResult, type McpTool } from './tool.ts';

export const commandTools: readonly McpTool[] = COMMAND_NAMES.map(commandTool);

function commandTool(name: CommandName): McpTool {
  const { title, params, permission, idempotent, input } = commandSpec(name);
  const where = input ? ' Coordinates are pixels of the screenshot; 0,0 is the top left corner.' : '';
  return {
    definition: {
      name: `computer_${name}`,
      title,
      description: `${title}, on a Linux desktop.${where}`,
      inputSchema: inputSchema(params, true),
      annotations: {
        title,
        readOnlyHint: permission === 'view',
        idempotentHint: idempotent,
        destructiveHint: /^delete_|^close_|^run_/.test(name),
      },
    },
    run: async ({ desktop, ...args }, desktops, signal) => {
      const { id } = await chooseDesktop(desktops, desktop);
      const outcome = await desktops.run(id, name, args, signal);
      if (outcome.success) return contentOf(outcome.result);
      const { code, message, details } = outcome.error;
      throw new DeskreelError(code, message, { details });
    },
  };
}

const Picture = z.looseObject({ image_data: z.string(), format: z.enum(['png', 'jpeg']) });

/** A picture is shown as one; the rest of the answer is text. */
function contentOf(result: unknown): CallToolResult {
  const picture = Picture.safeParse(result);
  if (!picture.success) return textResult(result ?? {});
  const { image_data: data, ...rest } = picture.data;
  const image = { type: 'image' as const, data, mimeType: `image/${rest.format}` };
  return { content: [image, { type: 'text', text: JSON.stringify(rest) }] };
}
