// Attaching to a desktop that is there: what was not chosen is no choice, whatever its default.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planComputer } from '../../../sdk/options.ts';

describe('a computer that attaches to a desktop', () => {
  it('needs no other option', () => {
    assert.deepEqual(planComputer({ desktop: 'mine' }), {
      server: {},
      actor: undefined,
      attach: 'mine',
      spec: {},
      telemetryEnabled: true,
    });
  });

  it('refuses options of a desktop that is yet to be created, and names them', () => {
    assert.throws(() => planComputer({ desktop: 'mine', resolution: '1280x800' }), {
      code: 'bad_request',
      message: /resolution cannot be chosen/,
    });
  });
});
