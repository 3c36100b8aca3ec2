// VNC's authentication as viewers do it: the answers below are those of a DES by another hand (Python's cryptography).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isResponse, newPassword, responseTo } from '../../../sdk/vnc/vnc-authentication.ts';

const CHALLENGE = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

describe('the answer of a viewer', () => {
  for (const [password, answer] of [
    ['secret', 'ee22539f33a5983ec12f9c2edbc995dd'],
    ['T3PWqHMU', '1f2dce9d9c7e7c0bbfa2d7733e7a4f49'],
    ['longer than eight', '2b8dd6089fd1e9844f2889eeecc374d9'],
    ['', '491e890de9ace932838a49792f2213f3'],
  ] as const) {
    it(`is known for the password "${password}"`, () => {
      assert.equal(responseTo(CHALLENGE, password).toString('hex'), answer);
      assert.equal(isResponse(Buffer.from(answer, 'hex'), CHALLENGE, password), true);
    });
  }

  it('is refused for another password, and where it is cut', () => {
    const answer = responseTo(CHALLENGE, 'secret');
    assert.equal(isResponse(answer, CHALLENGE, 'Secret'), false);
    assert.equal(isResponse(answer.subarray(8), CHALLENGE, 'secret'), false);
  });
});

describe('a new password', () => {
  it('is as long as one can be, and never the same', () => {
    const made = new Set(Array.from({ length: 200 }, newPassword));
    assert.equal(made.size, 200);
    for (const password of made) assert.match(password, /^[A-Za-z2-9]{8}$/);
  });
});
