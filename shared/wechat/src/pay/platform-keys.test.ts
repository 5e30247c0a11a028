import { createPublicKey } from 'node:crypto';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPlatform, platform } from './platform.fixture.test.ts';
import { createPlatformKeys } from './platform-keys.ts';
import { vectorText } from './vectors.fixture.test.ts';

const goCertificate = vectorText('pem/go_platform_cert_D7CE59D1F522D701.pem');
const dotnetCertificate = vectorText('pem/dotnet_rsa4096_cert.pem');
const goPublicKey = vectorText('pem/go_public_key.pem');

function keysOf(publicKeys: { id: string; pem: string }[], platformCertificatePems: string[] = []) {
  return createPlatformKeys({ wechatpayPublicKeys: publicKeys, platformCertificatePems });
}

describe('the platform keys of a merchant', () => {
  it('hold any number of public keys and certificates at once, each found by its own serial', () => {
    const one = createPlatform('PUB_KEY_ID_01', rsaKeysOf('wechat-pay'));
    const two = createPlatform('PUB_KEY_ID_1', rsaKeysOf('forger'));
    const keys = keysOf(
      [one, two].map(({ id, publicKeyPem }) => ({ id, pem: publicKeyPem })),
      [goCertificate, dotnetCertificate],
    );
    expect(keys.find('PUB_KEY_ID_01')?.equals(createPublicKey(one.publicKeyPem))).to.equal(true);
    expect(keys.find('PUB_KEY_ID_1')?.equals(createPublicKey(two.publicKeyPem))).to.equal(true);
    expect(keys.find('D7CE59D1F522D701')?.equals(createPublicKey(goCertificate))).to.equal(true);
    expect(
      keys.find('3050F72E2DCE03E7EFE49557DD231D176649AFBD')?.equals(createPublicKey(dotnetCertificate)),
    ).to.equal(true);
  });

  it('are found by certificate serial as a number: in any case, with leading zeros', () => {
    const keys = keysOf([], [goCertificate]);
    for (const serial of [
      'D7CE59D1F522D701',
      'd7ce59d1f522d701',
      '00D7CE59d1F522D701',
      '0d7ce59d1f522d701',
    ]) {
      expect(keys.find(serial), serial).to.not.equal(undefined);
    }
    expect(keys.find('D7CE59D1F522D7010'), 'another number').to.equal(undefined);
  });

  it('are found by public key id as exact text only', () => {
    const keys = keysOf([{ id: 'PUB_KEY_ID_01a', pem: goPublicKey }]);
    expect(keys.find('PUB_KEY_ID_01a')).to.not.equal(undefined);
    for (const other of ['PUB_KEY_ID_1a', 'PUB_KEY_ID_01A', 'pub_key_id_01a', '01a', '1A', 'PUB_KEY_ID_']) {
      expect(keys.find(other), other).to.equal(undefined);
    }
  });

  it('find nothing under names that every object inherits, nor under no name', () => {
    const keys = keysOf([], [goCertificate]);
    for (const serial of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '0', '00']) {
      expect(keys.find(serial), serial).to.equal(undefined);
    }
  });

  it('are made once, so that the same object comes back each time', () => {
    const keys = keysOf([], [goCertificate]);
    expect(keys.find('D7CE59D1F522D701')).to.equal(keys.find('d7ce59d1f522d701'));
  });

  it('take a public key in PKCS#1 as well', () => {
    const keys = keysOf([{ id: 'PUB_KEY_ID_1', pem: vectorText('pem/dotnet_rsa4096_public_key_pkcs1.pem') }]);
    expect(keys.find('PUB_KEY_ID_1')?.asymmetricKeyDetails?.modulusLength).to.equal(4096);
  });

  it('are refused as configuration when a PEM is none or is not RSA', () => {
    const sm2 = vectorText('pem/dotnet_sm2_public_key.pem');
    for (const make of [
      () => keysOf([{ id: 'PUB_KEY_ID_1', pem: 'nonsense' }]),
      () => keysOf([{ id: 'PUB_KEY_ID_1', pem: sm2 }]),
      () => keysOf([], ['nonsense']),
    ]) {
      expect(make).to.throw().with.property('code', 'CONFIG_INVALID');
    }
  });

  it('are refused as configuration when two different keys have one name', () => {
    const twice = [
      { id: 'PUB_KEY_ID_1', pem: goPublicKey },
      { id: 'PUB_KEY_ID_1', pem: platform.publicKeyPem },
    ];
    expect(() => keysOf(twice))
      .to.throw()
      .with.property('code', 'CONFIG_INVALID');
    expect(() => keysOf([], [goCertificate, goCertificate])).to.not.throw();
  });
});
