import { expect } from 'chai';
import { describe, it } from 'mocha';
import { assertTargetAllowed, guardedLookup } from './webhook-target.ts';

describe('webhook target', () => {
  for (const url of [
    'http://127.0.0.1:8080/',
    'http://[::1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'https://[::ffff:7f00:1]/',
  ]) {
    it(`refuses the address ${url} written in any way`, () => {
      expect(() => assertTargetAllowed(new URL(url)))
        .to.throw()
        .with.property('code', 'SHOP_TARGET_FORBIDDEN');
    });
  }

  it('refuses a name that leads to a loopback address', async () => {
    const error = await new Promise((resolve) => guardedLookup('localhost', {}, resolve));
    expect(error).to.have.property('code', 'SHOP_TARGET_FORBIDDEN');
  });
});
