import { expect } from 'chai';
import { describe, it } from 'mocha';
import { assertTargetAllowed, guardedLookup, isForbiddenAddress } from './webhook-target.ts';

const forbidden = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  'not an address',
];
const allowed = ['101.226.103.7', '8.8.8.8', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2400:3200::1'];

describe('webhook target', () => {
  for (const address of forbidden) {
    it(`forbids ${address}`, () => expect(isForbiddenAddress(address)).to.equal(true));
  }
  for (const address of allowed) {
    it(`allows ${address}`, () => expect(isForbiddenAddress(address)).to.equal(false));
  }

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
