import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MerchantDirectory, Shop } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  apiV3Key,
  appSecret,
  createMerchantFiles,
  type MerchantFiles,
  merchantEnv,
  merchantKeys,
  toAppEntry,
  toMerchantEntry,
  webhookSecret,
} from '../../test/merchant-files.ts';
import { loadMerchantDirectory } from './load-merchant-directory.ts';

let files: MerchantFiles;
before(() => {
  files = createMerchantFiles();
});
after(() => files.remove());

function load(merchant: object, app?: object, env = merchantEnv): MerchantDirectory {
  return loadMerchantDirectory(files.writeMerchants([merchant], app === undefined ? [] : [app]), env);
}

const shopOfMerchant: Shop = {
  webhookUrl: 'https://shop.example.com/huidiao',
  webhookSecrets: [webhookSecret],
  allowPrivateNetwork: false,
  events: ['refund.*', 'message.undeliverable'],
  timeoutMs: 10_000,
};

/** The lines of the error, without its heading. */
function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(AppError).and.to.include({ code: 'CONFIG_INVALID' });
    return (error as AppError).message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''));
  }
  throw new Error('the file was accepted');
}

describe('loadMerchantDirectory', () => {
  it('gives merchants and apps by their ids, with their secrets read', () => {
    const directory = load(toMerchantEntry(), toAppEntry());
    expect([...directory.merchants.keys()]).to.deep.equal(['1900000001']);
    expect(directory.merchants.get('1900000001')).to.deep.equal({
      mchId: '1900000001',
      merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
      merchantPrivateKeyPem: merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      apiV3Key,
      apiV3KeyPrevious: undefined,
      apiV2Key: undefined,
      apiV2KeyPrevious: undefined,
      wechatpayPublicKeys: [
        {
          id: 'PUB_KEY_ID_0119000000012024',
          pem: readFileSync(new URL('../../test/vectors/go_public_key.pem', import.meta.url), 'utf8'),
        },
      ],
      platformCertificatePems: [],
      downloadsCertificates: false,
      appIds: ['wxd678efh567hg6787'],
      isServiceProvider: false,
      shop: shopOfMerchant,
      passThrough: [],
      contractTermination: 'allow',
      unknownOrder: 'dead_letter',
      latePayment: 'refund',
      limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
      apiRate: { perSecond: 500, burst: 1_000 },
      bill: {
        isChecked: true,
        appIds: ['wxd678efh567hg6787'],
        outTradeNoPrefixes: [],
        adopts: false,
      },
    });
    expect(directory.apps.get('wxd678efh567hg6787')).to.deep.equal({
      appId: 'wxd678efh567hg6787',
      kind: 'mini_program',
      appSecret,
      appSecretPrevious: undefined,
      push: undefined,
      shop: shopOfMerchant,
      passThrough: [],
      customerService: 'off',
      limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000 },
      iosRefund: {
        answer: 'unless_delivered',
        evidence: 'The order was delivered according to our records.',
      },
      originalId: undefined,
      miniprogramState: 'formal',
      lang: 'zh_CN',
      sessionTtlMs: 7 * 24 * 3_600_000,
      shipping: { autoUpload: true, remindReceipt: false },
      templates: {
        orderPaid: {
          templateId: 'tmpl-1',
          page: undefined,
          data: { thing1: '{description}' },
          usefulForMs: 86_400_000,
        },
        orderShipped: undefined,
        refundSucceeded: undefined,
      },
    });
  });

  it('takes platform certificates in place of public keys, and a key that is being changed', () => {
    const platform_certificates = ['go_platform_cert_D7CE59D1F522D701.pem'];
    const api_v3_key_previous = { file: 'previous' };
    files.write('previous', `${'p'.repeat(32)}\r\n`);
    const entry = {
      ...toMerchantEntry(),
      wechatpay_public_keys: [],
      platform_certificates,
      api_v3_key_previous,
    };
    const merchant = load(entry).merchants.get('1900000001');
    expect(merchant?.platformCertificatePems).to.have.length(1);
    expect(merchant?.apiV3KeyPrevious).to.equal('p'.repeat(32));
  });

  it('takes every secret of a merchant and an app with the one before it, the current ones first', () => {
    const entry = {
      ...toMerchantEntry(),
      api_v2_key: { env: 'V2' },
      api_v2_key_previous: { env: 'V2_OLD' },
      platform_certificates: 'auto',
    };
    const app = {
      ...toAppEntry(),
      app_secret_previous: { env: 'V2_OLD' },
      token: { env: 'TOKEN' },
      token_previous: { env: 'TOKEN_OLD' },
      encoding_aes_key: { env: 'AES' },
      encoding_aes_key_previous: { env: 'AES_OLD' },
    };
    const env = {
      ...merchantEnv,
      V2: 'v'.repeat(32),
      V2_OLD: 'w'.repeat(32),
      TOKEN: 'token1',
      TOKEN_OLD: 'token0',
      AES: 'a'.repeat(43),
      AES_OLD: 'b'.repeat(43),
    };
    const { merchants, apps } = load(entry, app, env);
    expect(merchants.get('1900000001')).to.include({
      apiV2Key: env.V2,
      apiV2KeyPrevious: env.V2_OLD,
      downloadsCertificates: true,
    });
    expect(apps.get('wxd678efh567hg6787')).to.deep.include({
      appSecretPrevious: env.V2_OLD,
      push: { tokens: ['token1', 'token0'], encodingAesKeys: [env.AES, env.AES_OLD] },
    });
  });

  it('takes a merchant that names no key to verify with, for its certificates come by themselves', () => {
    const entry = { ...toMerchantEntry(), wechatpay_public_keys: [], platform_certificates: 'auto' };
    expect(load(entry).merchants.get('1900000001')).to.deep.include({
      wechatpayPublicKeys: [],
      platformCertificatePems: [],
      downloadsCertificates: true,
    });
  });

  describe('the shop of an app', () => {
    const app = { ...toAppEntry(), templates: {} };
    const own = { webhook_url: 'https://app.example.com/', webhook_secrets: [{ file: 'webhook_secret' }] };
    const shopUrl = (merchantEntries: object[], appEntry: object) =>
      loadMerchantDirectory(files.writeMerchants(merchantEntries, [appEntry]), merchantEnv).apps.get(
        'wxd678efh567hg6787',
      )?.shop?.webhookUrl;
    const second = { ...toMerchantEntry(), mchid: '1900000002' };

    it('is its own', () => {
      expect(shopUrl([toMerchantEntry()], { ...app, shop: own })).to.equal('https://app.example.com/');
    });
    it('is that of the only merchant which lists the app, where it has none', () => {
      const stranger = { ...second, appids: ['wx0000000000000000'] };
      expect(shopUrl([stranger, toMerchantEntry()], app)).to.equal('https://shop.example.com/huidiao');
    });
    it('is nobody’s where two merchants list the app, or none', () => {
      expect(shopUrl([toMerchantEntry(), second], app)).to.equal(undefined);
      expect(shopUrl([{ ...second, appids: ['wx0000000000000000'] }], app)).to.equal(undefined);
    });
  });

  it('wants messages of a mini-program to open a page of it, and those of a service account an address', () => {
    const withPage = (kind: string, page: string) => ({
      ...toAppEntry(),
      kind,
      templates: { refund_succeeded: { template_id: 'T', data: { thing1: 'tea' }, page } },
    });
    const problems = (kind: string, page: string) =>
      problemsOf(() => load(toMerchantEntry(), withPage(kind, page)));
    expect(
      load(toMerchantEntry(), withPage('service_account', 'https://shop.example.com/')),
    ).to.have.property('apps');
    expect(load(toMerchantEntry(), withPage('mini_program', 'pages/order'))).to.have.property('apps');
    const at = /^apps\[0\]\.templates\.refund_succeeded\.page /;
    expect(problems('service_account', 'pages/order')[0]).to.match(at);
    expect(problems('mini_program', 'https://shop.example.com/')[0]).to.match(at);
  });

  it('wants an app that tells of refunds to be paid through some merchant, as one that tells of payments', () => {
    const templates = { refund_succeeded: { template_id: 'T', data: { thing1: 'tea' } } };
    const app = { ...toAppEntry(), appid: 'wx0000000000000000', templates };
    const [problem] = problemsOf(() => load(toMerchantEntry(), app));
    expect(problem).to.include('apps[0].appid').and.include('refund_succeeded message would never be sent');
  });

  it('takes one newline from the end of a secret file, and no more', () => {
    files.write('two-lines', `${apiV3Key}\n\n`);
    const entry = { ...toMerchantEntry(), api_v3_key: { file: 'two-lines' } };
    expect(problemsOf(() => load(entry))[0]).to.include('but holds 33 bytes');
  });

  it('freezes everything that it gives', () => {
    const { merchants, apps } = load(toMerchantEntry(), toAppEntry());
    const merchant = merchants.get('1900000001');
    for (const part of [merchant, merchant?.wechatpayPublicKeys[0], merchant?.shop?.webhookSecrets, apps]) {
      expect(part).to.be.frozen;
    }
    expect(() => (merchants as Map<string, unknown>).delete('1900000001')).to.throw(TypeError);
    expect(() => (apps as Map<string, unknown>).set('wx', {})).to.throw(TypeError);
  });

  it('reports every problem of every entry at once, by JSON path', () => {
    const first = {
      ...toMerchantEntry(),
      mchid: 1900000001,
      merchant_private_key_file: 'apiclient_cert.pem',
      api_v3_key: { env: 'MISSING_KEY' },
      appids: [],
    };
    const second = {
      ...toMerchantEntry(),
      api_v3_key: { env: 'SHORT_KEY' },
      wechatpay_public_keys: [],
      shop: { webhook_url: 'shop.example.com', webhook_secrets: [{ env: 'APP_SECRET' }] },
    };
    const app = { ...toAppEntry(), appid: 'wx0000000000000000', app_secret: { file: 'nowhere' } };
    const env = { ...merchantEnv, SHORT_KEY: 'x'.repeat(31) };
    const problems = problemsOf(() =>
      loadMerchantDirectory(files.writeMerchants([first, second, second], [app]), env),
    );
    const paths = problems.map((line) => line.split(' ', 1)[0]);
    expect(paths).to.include.members([
      'merchants[0].mchid',
      'merchants[0].merchant_private_key_file',
      'merchants[0].api_v3_key',
      'merchants[0].appids',
      'merchants[1].api_v3_key',
      'merchants[1]',
      'merchants[1].shop.webhook_url',
      'merchants[1].shop.webhook_secrets[0]',
      'merchants[2].mchid',
      'apps[0].appid',
      'apps[0].app_secret',
    ]);
    expect(problems.every((line) => !line.includes('undefined'))).to.equal(true);
  });

  describe('files that cannot be read as a merchants file', () => {
    it('says that there is none', () => {
      const problems = problemsOf(() => loadMerchantDirectory('/nowhere/merchants.json', {}));
      expect(problems).to.deep.equal([
        'cannot be read (ENOENT); set MERCHANTS_FILE to a JSON file that this process may read',
      ]);
    });

    it('says in which line and column it is not JSON', () => {
      const file = files.write('broken.json', '{\n  "merchants": [\n    { "mchid": "1" },\n  ]\n}\n');
      const problems = problemsOf(() => loadMerchantDirectory(file, {}));
      expect(problems).to.deep.equal(['is not JSON: line 4, column 3: a comma stands before ]']);
    });

    for (const text of ['null', '[]', '"merchants"', '{}', '{"merchants": {}}', '{"merchants": []}']) {
      it(`refuses ${text}`, () => {
        const file = files.write('odd.json', text);
        expect(problemsOf(() => loadMerchantDirectory(file, {}))).to.have.length(1);
      });
    }
  });

  interface Mistake {
    readonly name: string;
    readonly change: object;
    readonly at: string;
    readonly says: string;
  }
  const certificateOf = (commonName: string, serial: string) => () =>
    toSelfSignedCertificate(merchantKeys, { commonName, serial });
  const mistakes: readonly Mistake[] = [
    {
      name: 'a key in another spelling',
      change: { apiV3Key: { env: 'MCH_API_V3_KEY' } },
      at: 'merchants[0].apiV3Key',
      says: 'is not a known key; did you mean api_v3_key?',
    },
    {
      name: "another SDK's name for a key",
      change: { serial_no: '5157F09E' },
      at: 'merchants[0].serial_no',
      says: 'did you mean merchant_serial_no?',
    },
    {
      name: 'a key with a slip of the finger',
      change: { unkown_order: 'hold' },
      at: 'merchants[0].unkown_order',
      says: 'did you mean unknown_order?',
    },
    {
      name: 'a key that is like no other',
      change: { favourite_colour: 'red' },
      at: 'merchants[0].favourite_colour',
      says: 'known here: mchid, merchant_serial_no',
    },
    {
      name: 'a secret in the file itself',
      change: { api_v3_key: apiV3Key },
      at: 'merchants[0].api_v3_key',
      says: 'must be {"env": "NAME"} or {"file": "path"}',
    },
    {
      name: 'a secret where its name belongs',
      change: { api_v3_key: { env: apiV3Key } },
      at: 'merchants[0].api_v3_key',
      says: 'not shown: it looks like the secret itself',
    },
    {
      name: 'a secret where its file belongs',
      change: { api_v3_key: { file: apiV3Key } },
      at: 'merchants[0].api_v3_key',
      says: 'not shown: it looks like the secret itself',
    },
    {
      name: 'a private key where its file belongs',
      change: { merchant_private_key_file: '-----BEGIN PRIVATE KEY-----\nhunter22\n' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'not shown',
    },
    {
      name: 'a line of a private key where its file belongs',
      change: { merchant_private_key_file: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/BKcwggSjAgEAAoIBAQ/hunter2' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'not shown',
    },
    {
      name: 'an empty environment variable',
      change: { api_v3_key: { env: 'EMPTY' } },
      at: 'merchants[0].api_v3_key',
      says: 'names an environment variable that is empty: EMPTY',
    },
    {
      name: 'an environment variable named like a member of every object',
      change: { api_v3_key: { env: 'toString' } },
      at: 'merchants[0].api_v3_key',
      says: 'is not set: toString',
    },
    {
      name: 'an APIv3 key of 31 letters and one that takes more than one byte',
      change: { api_v3_key: { env: 'WIDE_KEY' } },
      at: 'merchants[0].api_v3_key',
      says: 'must hold an APIv3密钥 of 32 bytes, but holds 34 bytes',
    },
    {
      name: 'a certificate in place of the private key',
      change: { merchant_private_key_file: 'axios_apiclient_cert.pem' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'must be 商户API私钥 apiclient_key.pem, not apiclient_cert.pem',
    },
    {
      name: 'an encrypted private key',
      change: { merchant_private_key_file: 'encrypted.pem' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'is encrypted with a passphrase',
    },
    {
      name: 'a private key that is not RSA',
      change: { merchant_private_key_file: 'ec.pem' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'is not for RSA',
    },
    {
      name: 'a private key that is too short',
      change: { merchant_private_key_file: 'short.pem' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'has 1024 bits',
    },
    {
      name: 'a .p12 file in place of the private key',
      change: { merchant_private_key_file: 'apiclient_cert.p12' },
      at: 'merchants[0].merchant_private_key_file',
      says: 'no -----BEGIN line; a .p12 or .cer file?',
    },
    {
      name: "the merchant's own public key in place of WeChat Pay's",
      change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'own_public_key.pem' }] },
      at: 'merchants[0].wechatpay_public_keys[0].file',
      says: "holds the merchant's own public key",
    },
    {
      name: "the merchant's private key in place of WeChat Pay's public key",
      change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'apiclient_key.pem' }] },
      at: 'merchants[0].wechatpay_public_keys[0].file',
      says: 'holds a private key',
    },
    {
      name: 'a certificate in place of a public key',
      change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'axios_apiclient_cert.pem' }] },
      at: 'merchants[0].wechatpay_public_keys[0].file',
      says: '微信支付平台证书 belongs to platform_certificates',
    },
    {
      name: 'a public key id listed twice',
      change: {
        wechatpay_public_keys: [1, 2].map(() => ({ id: 'PUB_KEY_ID_01', file: 'go_public_key.pem' })),
      },
      at: 'merchants[0].wechatpay_public_keys[1].id',
      says: 'is listed twice',
    },
    {
      name: 'a public key in place of a platform certificate',
      change: { platform_certificates: ['go_public_key.pem'] },
      at: 'merchants[0].platform_certificates[0]',
      says: 'belongs to wechatpay_public_keys',
    },
    {
      name: 'a platform certificate for SM2',
      change: { platform_certificates: ['java_sm_wechat_pay_certificate.pem'] },
      at: 'merchants[0].platform_certificates[0]',
      says: 'is not for RSA',
    },
    {
      name: "the merchant's own certificate, known by its serial in other case",
      change: {
        merchant_serial_no: '00898dbad30f416ec7',
        platform_certificates: ['axios_apiclient_cert.pem'],
      },
      at: 'merchants[0].platform_certificates[0]',
      says: 'is 商户API证书 (apiclient_cert.pem), for its serial is merchant_serial_no; it must be 微信支付平台证书',
    },
    {
      name: "the merchant's own certificate, known by its key",
      change: { platform_certificates: ['own_key_cert.pem'] },
      at: 'merchants[0].platform_certificates[0]',
      says: 'is 商户API证书 (apiclient_cert.pem); it must be 微信支付平台证书',
    },
    {
      name: "an older certificate of the merchant, known by the merchant's number in it",
      change: { platform_certificates: ['older_cert.pem'] },
      at: 'merchants[0].platform_certificates[0]',
      says: 'is 商户API证书',
    },
    {
      name: 'several certificates in one file',
      change: { platform_certificates: ['chain.pem'] },
      at: 'merchants[0].platform_certificates[0]',
      says: 'holds 2 certificates; name one file per 微信支付平台证书',
    },
    {
      name: 'a platform certificate listed twice',
      change: { platform_certificates: [1, 2].map(() => 'go_platform_cert_D7CE59D1F522D701.pem') },
      at: 'merchants[0].platform_certificates[1]',
      says: 'is listed twice',
    },
    {
      name: 'nothing to verify with',
      change: { wechatpay_public_keys: [] },
      at: 'merchants[0]',
      says: 'needs wechatpay_public_keys (微信支付公钥) or platform_certificates (微信支付平台证书)',
    },
    {
      name: 'an appid listed twice',
      change: { appids: ['wxd678efh567hg6787', 'wxd678efh567hg6787'] },
      at: 'merchants[0].appids[1]',
      says: 'is the same as merchants[0].appids[0]',
    },
    {
      name: 'a webhook secret without its prefix',
      change: { shop: { webhook_url: 'https://s.example', webhook_secrets: [{ env: 'MCH_API_V3_KEY' }] } },
      at: 'merchants[0].shop.webhook_secrets[0]',
      says: 'whsec_ followed by base64',
    },
    {
      name: 'a webhook secret that is too short',
      change: { shop: { webhook_url: 'https://s.example', webhook_secrets: [{ env: 'WEAK_SECRET' }] } },
      at: 'merchants[0].shop.webhook_secrets[0]',
      says: 'but holds 3 bytes',
    },
    {
      name: 'a password in the webhook address',
      change: {
        shop: { webhook_url: 'https://u:hunter22@s.example', webhook_secrets: [{ file: 'webhook_secret' }] },
      },
      at: 'merchants[0].shop.webhook_url',
      says: 'holds a user name or password',
    },
    {
      name: 'a merchant number as a number',
      change: { mchid: 1900000001 },
      at: 'merchants[0].mchid',
      says: 'must be of type string, not number',
    },
    {
      name: 'an APIv2 key of 31 letters',
      change: { api_v2_key: { env: 'SHORT_KEY' } },
      at: 'merchants[0].api_v2_key',
      says: 'must hold an APIv2密钥 of 32 bytes, but holds 31 bytes',
    },
    {
      name: 'a previous APIv2 key without a current one',
      change: { api_v2_key_previous: { env: 'MCH_API_V3_KEY' } },
      at: 'merchants[0].api_v2_key_previous',
      says: 'does nothing without api_v2_key',
    },
    {
      name: 'a word for platform certificates that is none of the known ones',
      change: { platform_certificates: 'on' },
      at: 'merchants[0].platform_certificates',
      says: '"auto" or "off"',
    },
    {
      name: 'two addresses that callbacks are passed through to under one name',
      change: { pass_through: [1, 2].map(() => ({ name: 'old', url: 'https://old.example.com/notify' })) },
      at: 'merchants[0].pass_through[1].name',
      says: 'is the same as merchants[0].pass_through[0].name',
    },
    {
      name: 'a password in such an address',
      change: { pass_through: [{ name: 'old', url: 'https://u:hunter22@old.example.com/' }] },
      at: 'merchants[0].pass_through[0].url',
      says: 'holds a user name or password',
    },
    {
      name: 'a filter that is no type of event',
      change: { pass_through: [{ name: 'old', url: 'https://old.example.com/', events: ['Refund'] }] },
      at: 'merchants[0].pass_through[0].events[0]',
      says: 'must be a type such as refund.succeeded',
    },
    {
      name: 'a missing serial',
      change: { merchant_serial_no: undefined },
      at: 'merchants[0].merchant_serial_no',
      says: 'is missing; add it',
    },
  ];

  describe('one mistake gives one problem that names it', () => {
    before(() => {
      const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
      const encryption = { cipher: 'aes-256-cbc', passphrase: 'hunter22' };
      const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const older = toSelfSignedCertificate(strangers, { commonName: '1900000001', serial: '0a' });
      files.write('encrypted.pem', String(merchantKeys.privateKey.export({ ...pkcs8, ...encryption })));
      files.write('ec.pem', String(ec.privateKey.export(pkcs8)));
      files.write('short.pem', String(short.privateKey.export(pkcs8)));
      files.write('apiclient_cert.p12', '\u0000\u0001binary');
      files.write('own_key_cert.pem', certificateOf('somebody', '0b')());
      files.write('older_cert.pem', older);
      files.write('chain.pem', older + older);
    });
    const env = {
      ...merchantEnv,
      EMPTY: '',
      SHORT_KEY: 'x'.repeat(31),
      WIDE_KEY: `${'x'.repeat(31)}钥`,
      WEAK_SECRET: 'whsec_aHVu',
    };
    for (const { name, change, at, says } of mistakes) {
      it(name, () => {
        const problems = problemsOf(() => load({ ...toMerchantEntry(), ...change }, toAppEntry(), env));
        expect(problems).to.have.length(1);
        expect(problems[0]).to.satisfy((line: string) => line.startsWith(`${at} `));
        expect(problems[0]).to.include(says);
        expect(problems[0]).not.to.match(/hunter|aHVu/);
      });
    }
  });

  const mistakesOfApps: readonly Mistake[] = [
    {
      name: 'an EncodingAESKey without the Token of the push that it is for',
      change: { encoding_aes_key: { env: 'AES' } },
      at: 'apps[0].encoding_aes_key',
      says: 'does nothing without token',
    },
    {
      name: 'a previous Token without a current one',
      change: { token_previous: { env: 'TOKEN' } },
      at: 'apps[0].token_previous',
      says: 'does nothing without token',
    },
    {
      name: 'a previous EncodingAESKey without a current one',
      change: { token: { env: 'TOKEN' }, encoding_aes_key_previous: { env: 'AES' } },
      at: 'apps[0].encoding_aes_key_previous',
      says: 'does nothing without encoding_aes_key',
    },
    {
      name: 'an EncodingAESKey of 42 characters',
      change: { token: { env: 'TOKEN' }, encoding_aes_key: { env: 'SHORT_AES' } },
      at: 'apps[0].encoding_aes_key',
      says: 'of 43 letters and digits, but holds 42 characters',
    },
    {
      name: 'a Token with a character that the console does not take',
      change: { token: { env: 'ODD_TOKEN' } },
      at: 'apps[0].token',
      says: 'must hold a Token(令牌) of 3 to 32 letters and digits',
    },
    {
      name: 'two addresses that pushes are passed through to under one name',
      change: { pass_through: [1, 2].map(() => ({ name: 'old', url: 'https://old.example.com/push' })) },
      at: 'apps[0].pass_through[1].name',
      says: 'is the same as apps[0].pass_through[0].name',
    },
    {
      name: 'a key in another spelling',
      change: { encodingAESKey: { env: 'AES' } },
      at: 'apps[0].encodingAESKey',
      says: 'did you mean encoding_aes_key?',
    },
    {
      name: 'a secret in the file itself',
      change: { token: 'hunter22' },
      at: 'apps[0].token',
      says: 'must be {"env": "NAME"} or {"file": "path"}',
    },
  ];
  describe('one mistake about an app gives one problem that names it', () => {
    const env = {
      ...merchantEnv,
      TOKEN: 'hunter44',
      ODD_TOKEN: 'hunter-44',
      AES: `hunter${'a'.repeat(37)}`,
      SHORT_AES: `hunter${'a'.repeat(36)}`,
    };
    for (const { name, change, at, says } of mistakesOfApps) {
      it(name, () => {
        const problems = problemsOf(() => load(toMerchantEntry(), { ...toAppEntry(), ...change }, env));
        expect(problems).to.have.length(1);
        expect(problems[0]).to.satisfy((line: string) => line.startsWith(`${at} `));
        expect(problems[0]).to.include(says);
        expect(problems[0]).not.to.match(/hunter/);
      });
    }
  });

  it('refuses the same merchant or app twice', () => {
    const file = files.writeMerchants([toMerchantEntry(), toMerchantEntry()], [toAppEntry(), toAppEntry()]);
    expect(problemsOf(() => loadMerchantDirectory(file, merchantEnv))).to.deep.equal([
      'merchants[1].mchid is the same as merchants[0].mchid; list it once',
      'apps[1].appid is the same as apps[0].appid; list it once',
    ]);
  });

  it('takes an app that no merchant names unless it has a message that would never be sent', () => {
    const stranger = { ...toAppEntry(), appid: 'wx0000000000000000' };
    expect(problemsOf(() => load(toMerchantEntry(), stranger))[0]).to.match(
      /^apps\[0\]\.appid is in no merchant/,
    );
    expect(load(toMerchantEntry(), { ...stranger, templates: {} }).apps.size).to.equal(1);
  });

  it('refuses an app secret with white space', () => {
    const env = { ...merchantEnv, APP_SECRET: `${appSecret} ` };
    expect(problemsOf(() => load(toMerchantEntry(), toAppEntry(), env))[0]).to.match(
      /^apps\[0\]\.app_secret must/,
    );
  });
});
