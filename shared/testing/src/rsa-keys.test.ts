import { createPrivateKey, sign, verify } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { rsaKeysOf } from './rsa-keys.ts';
import { runFolder } from './run-environment.ts';

const text = Buffer.from('text');

describe('the RSA keys of those who play in tests', () => {
  it('fit each other, and another name has others', () => {
    const [one, other] = [rsaKeysOf('merchant'), rsaKeysOf('stranger')];
    const signature = sign('sha256', text, one.privateKey);
    expect(verify('sha256', text, one.publicKey, signature)).to.equal(true);
    expect(verify('sha256', text, other.publicKey, signature)).to.equal(false);
    expect(rsaKeysOf('merchant')).to.equal(one);
  });

  it('are those of the whole run, kept where only its owner can read them', () => {
    const { privateKey } = rsaKeysOf('merchant');
    const folder = runFolder() ?? '';
    const file = join(folder, 'rsa-merchant.pem');
    expect(createPrivateKey(readFileSync(file)).equals(privateKey)).to.equal(true);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith(`.pem.${process.pid}`))).to.deep.equal([]);
  });
});
