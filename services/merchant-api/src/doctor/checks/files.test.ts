import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  clockAhead,
  levelsOf,
  mchId,
  merchantKeys,
  merchantSerial,
  onlyTrouble,
  openInstallation,
  type TestInstallation,
  toMerchantCertificate,
} from '../doctor.fixture.test.ts';

const platformKeys = rsaKeysOf('wechat-pay');
const dayMs = 24 * 60 * 60_000;
/** Certificates of these tests end on 2044-01-01. */
const untilEndMs = Date.parse('2044-01-01') - Date.now();
const ending = clockAhead(untilEndMs - 20 * dayMs);
const ended = clockAhead(untilEndMs + dayMs);

describe('what the doctor says of files and keys', () => {
  let installation: TestInstallation;
  before(async () => {
    installation = await openInstallation();
    const { write } = installation;
    write('wrong/merchant.pem', toMerchantCertificate({ serial: '0A' }));
    write(
      'wrong/platform.pem',
      toSelfSignedCertificate(platformKeys, { commonName: 'Tenpay.com sign', serial: '0B' }),
    );
    write(
      'wrong/unknown.pem',
      toSelfSignedCertificate(platformKeys, { commonName: 'someone', serial: '0C' }),
    );
    write('wrong/cert.p12', Buffer.from([0x30, 0x82, 0x0a, 0x00, 0x01]));
    write('wrong/text.pem', 'hello');
    const { publicKey, privateKey } = merchantKeys;
    write('wrong/own_pub.pem', publicKey.export({ type: 'spki', format: 'pem' }));
    const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' } as const;
    write('wrong/locked.pem', privateKey.export(locked));
  });
  after(() => installation.close());

  const misplaced: [what: string, merchant: Record<string, unknown>, holds: RegExp, todo: RegExp][] = [
    [
      '商户API证书 as a platform certificate',
      { platform_certificates: ['wrong/merchant.pem'] },
      /wrong\/merchant\.pem holds 商户API证书 \(apiclient_cert\.pem\) of 1900000001, serial 0A$/,
      /you gave the 商户API证书 where the 微信支付平台证书 belongs/,
    ],
    [
      '商户API证书 as the public key',
      { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_1', file: 'wrong/merchant.pem' }] },
      /holds 商户API证书/,
      /you gave the 商户API证书 where the 微信支付公钥 belongs/,
    ],
    [
      '商户API证书 as the private key',
      { merchant_private_key_file: 'wrong/merchant.pem' },
      /holds 商户API证书/,
      /where the 商户API私钥 belongs.*serial goes into merchant_serial_no/,
    ],
    [
      'a platform certificate as the public key',
      { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_1', file: 'wrong/platform.pem' }] },
      /holds 微信支付平台证书, serial 0B/,
      /you gave a 微信支付平台证书 where the 微信支付公钥 belongs: .* goes into platform_certificates/,
    ],
    [
      'the private key as the public key',
      { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_1', file: 'apiclient_key.pem' }] },
      /holds 商户API私钥/,
      /you gave a private key where the 微信支付公钥 belongs/,
    ],
    [
      'the public key as the private key',
      { merchant_private_key_file: 'pub_key.pem' },
      /holds 微信支付公钥/,
      /if pub_key\.pem is 微信支付公钥 \(pub_key\.pem\), it goes into wechatpay_public_keys/,
    ],
    [
      "the merchant's own public key as that of WeChat Pay",
      { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_1', file: 'wrong/own_pub.pem' }] },
      /own_pub\.pem holds 微信支付公钥 \(pub_key\.pem\) or another public key/,
      /^here belongs the 微信支付公钥: .* → 微信支付公钥; not a key of your own$/,
    ],
    [
      'a private key with a passphrase',
      { merchant_private_key_file: 'wrong/locked.pem' },
      /holds a private key that is encrypted with a passphrase/,
      /^take the passphrase off: openssl pkey -in wrong\/locked\.pem/,
    ],
    [
      'a file that is not there',
      { merchant_private_key_file: 'nothing.pem' },
      /merchants\.json$/,
      /there is no such file: a path is relative to the folder of MERCHANTS_FILE/,
    ],
    [
      'apiclient_cert.p12 as the private key',
      { merchant_private_key_file: 'wrong/cert.p12' },
      /binary data, such as apiclient_cert\.p12/,
      /here belongs the 商户API私钥/,
    ],
    [
      'something else as a platform certificate',
      { platform_certificates: ['wrong/text.pem'] },
      /neither a key nor a certificate/,
      /here belongs the 微信支付平台证书/,
    ],
  ];
  for (const [what, merchant, holds, todo] of misplaced) {
    it(`tells which file is which: ${what}`, async () => {
      const {
        level,
        where,
        todo: advice = [],
      } = onlyTrouble(await installation.lookAt('merchants-file', { merchant }));
      expect(level).to.equal('problem');
      expect(where).to.match(holds);
      expect(advice.join()).to.match(todo);
    });
  }

  it('tells everything that is wrong with the merchants file at once, by its keys', async () => {
    const findings = await installation.lookAt('merchants-file', {
      env: { API_V3_KEY: 'k'.repeat(31), AES_KEY: 'a'.repeat(42), WEBHOOK_SECRET: 'whsec_x' },
      merchant: {
        mchid: undefined,
        wechatpay_public_keys: [{ id: 'KEY_1', file: 'missing.pem' }],
        api_v2_key: { env: 'NOT_SET' },
      },
    });
    expect(findings.map(({ says }) => says.split(' ')[0])).to.have.members([
      'merchants[0].mchid',
      'merchants[0].wechatpay_public_keys[0].id',
      'merchants[0].wechatpay_public_keys[0].file',
      'merchants[0].api_v3_key',
      'merchants[0].api_v2_key',
      'merchants[0].shop.webhook_secrets[0]',
      'apps[0].encoding_aes_key',
    ]);
  });

  it('says where WeChat has what is wrong or missing', async () => {
    const findings = await installation.lookAt('merchants-file', {
      env: { API_V3_KEY: 'short' },
      merchant: { wechatpay_public_keys: [{ id: merchantSerial, file: 'pub_key.pem' }] },
      app: { appid: undefined },
    });
    expect(findings.map(({ todo }) => todo?.join().split(', ')[0])).to.have.members([
      'WeChat has it at 商户平台 → 账户中心 → API安全 → APIv3密钥',
      'WeChat has it at 商户平台 → 账户中心 → API安全 → 微信支付公钥',
      'WeChat has it at 微信公众平台 → 开发管理 → 开发设置 → 开发者ID',
    ]);
  });

  for (const [text, says] of [
    ['', /^the merchants file is not JSON: /],
    ['[]', /^the merchants file must be of type object/],
    ['{}', /^merchants is missing/],
    ['{"merchant": [], "merchants": []}', /^merchant is not a known key/],
  ] as const) {
    it(`says what a merchants file looks like, of "${text}"`, async () => {
      const env = { MERCHANTS_FILE: installation.write('other.json', text) };
      const findings = await installation.lookAt('merchants-file', { env });
      const found = findings.find((finding) => says.test(finding.says));
      expect(found?.todo?.join(), JSON.stringify(findings)).to.match(/\{"merchants": .*configuration\.md/);
    });
  }

  it('notices an AppID that is written in two ways', async () => {
    const merchant = { appids: ['wx8888888888888889'] };
    const [, listed, app] = await installation.lookAt('merchants-file', { merchant });
    expect(listed).to.include({ level: 'skipped', where: 'merchants[0].appids' });
    expect(app).to.include({ level: 'warning', about: 'app wx8888888888888888' });
    const ownShop = { ...installation.merchantEntry.shop };
    const told = await installation.lookAt('merchants-file', { merchant, app: { shop: ownShop } });
    expect(levelsOf(told)).to.deep.equal(['ok', 'skipped']);
  });

  it('holds private key, certificate and serial against each other, serials as numbers', async () => {
    const ownFolder = { merchant_private_key_file: 'apiclient_key.pem' };
    installation.write('apiclient_cert.pem', toMerchantCertificate());
    const spelled = { ...ownFolder, merchant_serial_no: `00${merchantSerial.toLowerCase()}` };
    const good = await installation.lookAt('merchant-certificate', { merchant: spelled });
    expect(levelsOf(good), JSON.stringify(good)).to.deep.equal(['ok']);
    expect(good[0]?.says).to.match(/^商户API证书 5157F09E.* ends on 2044-01-01/);

    const otherSerial = { ...ownFolder, merchant_serial_no: '4A4A4A4A4A' };
    const wrong = onlyTrouble(await installation.lookAt('merchant-certificate', { merchant: otherSerial }));
    expect(wrong.says)
      .to.include(`merchant_serial_no is 4A4A4A4A4A, but the certificate`)
      .and.include(merchantSerial);
    expect([wrong.level, wrong.where?.split(';')[0]]).to.deep.equal([
      'problem',
      'merchants[0].merchant_serial_no',
    ]);
  });

  it('says that a private key is not that of the certificate beside it', async () => {
    installation.write('apiclient_cert.pem', toMerchantCertificate({ keys: rsaKeysOf('stranger') }));
    const found = onlyTrouble(await installation.lookAt('merchant-certificate'));
    expect(found).to.deep.include({ level: 'problem', where: 'merchants[0].merchant_private_key_file' });
    expect(found.says).to.include('is not that of').and.include('apiclient_cert.pem');
  });

  it('says that key and certificate are those of another merchant number', async () => {
    installation.write('apiclient_cert.pem', toMerchantCertificate({ mchId: '1900000009' }));
    const found = onlyTrouble(await installation.lookAt('merchant-certificate'));
    expect(found).to.deep.include({ level: 'problem' });
    expect(found.where).to.match(/^merchants\[0\]\.mchid;/);
    expect(found.says).to.include(`mchid is ${mchId}`).and.include('that of merchant 1900000009');
  });

  it("tells when the merchant's certificate ends: a warning 30 days before, a problem afterwards", async () => {
    installation.write('apiclient_cert.pem', toMerchantCertificate());
    const soon = onlyTrouble(await installation.lookAt('merchant-certificate', { clock: ending }));
    expect([soon.level, soon.says]).to.deep.equal([
      'warning',
      `商户API证书 ${merchantSerial} ends on 2044-01-01, in 19 days`,
    ]);
    const over = onlyTrouble(await installation.lookAt('merchant-certificate', { clock: ended }));
    expect([over.level, over.says]).to.deep.equal([
      'problem',
      `商户API证书 ${merchantSerial} ended on 2044-01-01`,
    ]);
  });

  it('takes the certificate of the serial where an older one lies beside it', async () => {
    installation.write('apiclient_cert.pem', toMerchantCertificate());
    installation.write(
      'a-former-cert.pem',
      toMerchantCertificate({ serial: '0D', keys: rsaKeysOf('stranger') }),
    );
    expect(levelsOf(await installation.lookAt('merchant-certificate'))).to.deep.equal(['ok']);
  });

  it('notices what was copied from one merchant to another', async () => {
    const copied = { ...installation.merchantEntry, mchid: '1900000002' };
    const changes = { merchants: [copied] };
    const serials = await installation.lookAt('merchant-certificate', changes, '--offline');
    const sameSerial = serials.filter(({ says }) => says.includes('has the same serial as merchant'));
    expect(sameSerial.map(({ about }) => about)).to.deep.equal([`merchant ${mchId}`, 'merchant 1900000002']);
    const keys = await installation.lookAt('api-v3-key', changes, '--offline');
    expect(keys.filter(({ says }) => says.includes('has the same APIv3密钥 as merchant'))).to.have.length(2);
    const otherSerial = { merchants: [{ ...copied, merchant_serial_no: '4A4A4A4A4A' }] };
    const keyAlone = await installation.lookAt('merchant-certificate', otherSerial, '--offline');
    expect(keyAlone.some(({ says }) => says.includes('has the same private key as merchant'))).to.equal(true);
  });

  it('notices an APIv2密钥 that is the APIv3密钥', async () => {
    const merchant = { api_v2_key: { env: 'API_V3_KEY' } };
    const findings = await installation.lookAt('api-v3-key', { merchant }, '--offline');
    expect(findings[0]).to.deep.include({ level: 'warning', where: 'merchants[0].api_v3_key' });
  });

  it('tells when platform certificates end, and minds less where another key takes over', async () => {
    const alone = { platform_certificates: ['wrong/platform.pem'], wechatpay_public_keys: undefined };
    const levelAt = async (merchant: Record<string, unknown>, clock = clockAhead(0)) =>
      (await installation.lookAt('platform-keys', { merchant, clock })).at(-1)?.level;
    expect(await levelAt(alone)).to.equal('ok');
    expect(await levelAt(alone, ending)).to.equal('warning');
    expect(await levelAt(alone, ended)).to.equal('problem');
    expect(await levelAt({ platform_certificates: ['wrong/platform.pem'] }, ended)).to.equal('warning');
  });

  it('notices one public key under two ids', async () => {
    const twice = ['PUB_KEY_ID_1', 'PUB_KEY_ID_2'].map((id) => ({ id, file: 'pub_key.pem' }));
    const found = onlyTrouble(
      await installation.lookAt('platform-keys', { merchant: { wechatpay_public_keys: twice } }),
    );
    expect(found.level).to.equal('problem');
    expect(found.says).to.include('PUB_KEY_ID_2 is the same key as another one');
  });
});
