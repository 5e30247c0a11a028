import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isSpecialAddress, toBareHost } from './special-address.ts';

const special = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '198.18.0.7',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  'not an address',
];
const ofTheInternet = [
  '101.226.103.7',
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '100.128.0.1',
  '2400:3200::1',
];

describe('special addresses', () => {
  for (const address of special) {
    it(`holds ${address} for special`, () => expect(isSpecialAddress(address)).to.equal(true));
  }
  for (const address of ofTheInternet) {
    it(`holds ${address} for one of the internet`, () => expect(isSpecialAddress(address)).to.equal(false));
  }

  it('are found in a URL without brackets', () => {
    expect(toBareHost(new URL('http://[::1]:80/'))).to.equal('::1');
    expect(toBareHost(new URL('https://shop.example.com/a'))).to.equal('shop.example.com');
  });
});
