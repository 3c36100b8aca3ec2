// Who is let in: keys, cookies, hosts and origins.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Authenticator } from '../../../server/access/authenticator.ts';
import { cookieOf } from '../../../server/access/cookies.ts';
import { keyedPath } from '../../../server/access/desktop-path.ts';
import { checkFetchSite, checkHost, checkOrigin } from '../../../server/access/origin.ts';

describe('the authenticator', () => {
  const authenticator = new Authenticator('the-token', 's-1');
  const refused = { code: 'unauthorized' };
  const name = authenticator.cookieName;

  it('takes the token as bearer or as API key', () => {
    const byHeader = { kind: 'server', by: 'header' };
    assert.deepEqual(authenticator.authenticate({ authorization: 'Bearer the-token' }), byHeader);
    assert.deepEqual(authenticator.authenticate({ authorization: 'bearer  the-token ' }), byHeader);
    assert.deepEqual(authenticator.authenticate({ 'x-api-key': 'the-token' }), byHeader);
  });

  it('takes its cookie, which is not the token', () => {
    const cookie = `theme=dark; ${name}=${authenticator.cookie}`;
    assert.deepEqual(authenticator.authenticate({ cookie }), { kind: 'server', by: 'cookie' });
    assert.notEqual(authenticator.cookie, 'the-token');
    assert.throws(() => authenticator.authenticate({ cookie: `${name}=the-token` }), refused);
  });

  it('refuses anything else, also beside a cookie that is right', () => {
    const cookie = `${name}=${authenticator.cookie}`;
    assert.throws(() => authenticator.authenticate({}), refused);
    assert.throws(() => authenticator.authenticate({ authorization: 'Basic dGhlLXRva2Vu' }), refused);
    assert.throws(() => authenticator.authenticate({ 'x-api-key': 'the-token2' }), refused);
    assert.throws(() => authenticator.authenticate({ 'x-api-key': 'wrong', cookie }), refused);
    assert.throws(() => authenticator.authenticate({ cookie: `${name}=` }), refused);
  });
});

describe('a Host', () => {
  const foreign = { code: 'foreign_host', status: 421 };

  it('is one of loopback’s names, at any port, or the one configured', () => {
    for (const host of ['localhost', 'LOCALHOST:7800', '127.0.0.1:9', '[::1]:7800', 'desk.lan:7800']) {
      checkHost({ host }, 'desk.lan');
    }
  });

  it('is refused otherwise', () => {
    const foreigners = [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      '10.0.0.7:7800',
      '',
      'a b',
    ];
    for (const host of foreigners) assert.throws(() => checkHost({ host }, '127.0.0.1'), foreign, host);
    assert.throws(() => checkHost({}, '127.0.0.1'), foreign);
  });

  it('is any address, but no name, where all addresses are listened on', () => {
    checkHost({ host: '10.0.0.7:7800' }, '0.0.0.0');
    checkHost({ host: '[fe80::1]:7800' }, '::');
    assert.throws(() => checkHost({ host: 'evil.example' }, '0.0.0.0'), foreign);
  });
});

describe('an Origin', () => {
  const foreign = { code: 'foreign_origin', status: 403 };
  const host = 'localhost:7800';

  it('is the server itself, or absent', () => {
    checkOrigin({ host });
    checkOrigin({ host, origin: 'http://localhost:7800' });
    checkOrigin({ host, origin: 'https://localhost:7800' });
  });

  it('is refused otherwise: another name, another port, none at all', () => {
    const foreigners = ['http://evil.example', 'http://localhost:3000', 'http://127.0.0.1:7800', 'null', 'x'];
    for (const origin of foreigners) assert.throws(() => checkOrigin({ host, origin }), foreign, origin);
  });

  it('is not enough for a cookie that another site made the browser send', () => {
    checkFetchSite({});
    checkFetchSite({ 'sec-fetch-site': 'same-origin' });
    checkFetchSite({ 'sec-fetch-site': 'none' });
    for (const site of ['cross-site', 'same-site', 'new-word']) {
      assert.throws(() => checkFetchSite({ 'sec-fetch-site': site }), foreign, site);
    }
  });
});

describe('a path with a key', () => {
  it('is split into the key and what it is for', () => {
    assert.deepEqual(keyedPath('/d/k1/cmd'), { key: 'k1', rest: '/cmd' });
    assert.deepEqual(keyedPath('/d/k1/trace/start?x=/d/'), { key: 'k1', rest: '/trace/start?x=/d/' });
    assert.deepEqual(keyedPath('/d/k1'), { key: 'k1', rest: '' });
  });

  it('is none without a key, or elsewhere', () => {
    for (const url of ['/d/', '/d', '/v1/desktops', '/x/d/k1/cmd'])
      assert.equal(keyedPath(url), undefined, url);
  });
});

describe('a cookie header', () => {
  it('is read by name', () => {
    assert.equal(cookieOf('a=1; b=2=3', 'b'), '2=3');
    assert.equal(cookieOf('ab=1', 'b'), undefined);
    assert.equal(cookieOf(undefined, 'b'), undefined);
  });
});
