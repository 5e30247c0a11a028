import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPlatformKeys } from './platform-keys.ts';
import { vectorJson, vectorText } from './vectors.fixture.test.ts';
import { isSignedBy } from './verify-signature.ts';

interface SignatureVector {
  readonly serial: string;
  readonly certificate: string;
  readonly public_key: string;
  readonly cases: readonly {
    readonly name: string;
    readonly serial?: string;
    readonly message: string;
    readonly signature: string;
    readonly valid: boolean;
  }[];
}

for (const file of ['go-rsa-sha256.json', 'dotnet-rsa4096-sha256.json']) {
  const vector = vectorJson<SignatureVector>(`v3-signature/${file}`);
  const pem = (path: string) => vectorText(path.replace('../', ''));
  const keys = createPlatformKeys({
    wechatpayPublicKeys: [],
    platformCertificatePems: [pem(vector.certificate)],
  });

  describe(`the signatures of ${file}`, () => {
    for (const { name, message, signature, valid, serial = vector.serial } of vector.cases) {
      it(`are judged as published: ${name}`, () => {
        const key = keys.find(serial);
        expect(key !== undefined && isSignedBy(key, Buffer.from(message), signature)).to.equal(valid);
      });
    }

    it('verify with the bare public key too', () => {
      const key = createPublicKey(pem(vector.public_key));
      expect(keys.find(vector.serial)?.equals(key)).to.equal(true);
    });
  });
}
