import { readFileSync } from 'node:fs';
import type { MerchantDirectory, Shop } from '@huidiao/contracts';
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
import { problemsOf } from './problems.fixture.test.ts';

let files: MerchantFiles;

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
describe('loadMerchantDirectory', () => {
  before(() => {
    files = createMerchantFiles();
  });
  after(() => files.remove());

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

  it('takes how long payments wait for orders, which may be not at all', () => {
    const waitOf = (seconds: number) =>
      load({ ...toMerchantEntry(), unknown_order_after_seconds: seconds }).merchants.get('1900000001')
        ?.unknownOrderAfterMs;
    expect([waitOf(0), waitOf(90)]).to.deep.equal([0, 90_000]);
    expect(() => waitOf(601)).to.throw('unknown_order_after_seconds');
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
