// The command table, walked: whatever is in it can be reached by every way in, and its effect is looked at.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHandlers, type CommandParts } from '../../../guest/commands.ts';
import { ALIASES, COMMAND_NAMES, commandSpec, resolveCommand } from '../../../protocol/commands/table.ts';
import { createInterface } from '../../../sdk/interface/computer-interface.ts';
import { camelCase } from '../../../sdk/names.ts';
import { commandTools } from '../../../server/mcp/command-tools.ts';
import { EFFECTS } from '../../e2e/commands/effects-table.ts';

/** Handlers of everything but pointer and keyboard, which an X server has to be there for. */
const handlers = createHandlers({
  config: { childEnv: {}, home: '/home/cua' },
  input: {},
  screen: {},
  accessibility: {},
} as unknown as CommandParts);
const methods = createInterface(() => {
  throw new Error('nothing is called here');
});
const tools = new Set(commandTools.map(({ definition }) => definition.name));

describe('the command table', () => {
  for (const name of COMMAND_NAMES) {
    it(`${name} can be reached by every way in`, () => {
      const { input, title } = commandSpec(name);
      assert.notEqual(title, '');
      assert.ok(input || name in handlers, 'a handler in the guest');
      assert.ok(camelCase(name) in methods, 'a method in the SDK');
      assert.ok(tools.has(`computer_${name}`), 'a tool for models');
      assert.ok(name in EFFECTS, 'a test that looks at its effect');
    });
  }

  it("knows all short names of Cua's clients", () => {
    const short = [
      'type',
      'key',
      'tap',
      'click',
      'shell',
      'exec',
      'read_file',
      'write_file',
      'ls',
      'mkdir',
      'rm',
      'rmdir',
    ];
    for (const name of short) assert.ok(resolveCommand(name), name);
    assert.deepEqual(Object.keys(ALIASES).sort(), short.sort());
  });
});
