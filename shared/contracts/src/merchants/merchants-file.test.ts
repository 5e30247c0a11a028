import { expect } from 'chai';
import { describe, it } from 'mocha';
import { merchantsFile } from './merchants-file.ts';

const merchant = {
  mchid: '1900000001',
  merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  merchant_private_key_file: 'apiclient_key.pem',
  api_v3_key: { env: 'MCH_API_V3_KEY' },
  wechatpay_public_keys: [{ id: 'PUB_KEY_ID_0119000000012024', file: 'pub_key.pem' }],
  appids: ['wxd678efh567hg6787'],
};
const app = { appid: 'wxd678efh567hg6787', app_secret: { file: 'app_secret' } };

/** JSON paths of what the schema refuses. */
function refusedPaths(merchantChange: object, appChange: object = {}): string[] {
  const file = { merchants: [{ ...merchant, ...merchantChange }], apps: [{ ...app, ...appChange }] };
  return merchantsFile.safeParse(file).error?.issues.map((issue) => issue.path.join('.')) ?? [];
}

describe('the schema of the merchants file', () => {
  it('takes the least that a merchant and an app need, and fills in the rest', () => {
    const parsed = merchantsFile.parse({ merchants: [merchant], apps: [app] });
    expect(parsed.merchants[0]).to.include({
      platform_certificates: 'off',
      unknown_order: 'dead_letter',
      late_payment: 'refund',
    });
    expect(parsed.apps[0]).to.deep.include({ miniprogram_state: 'formal', lang: 'zh_CN', templates: {} });
  });

  it('takes a file without apps', () => {
    expect(merchantsFile.parse({ merchants: [merchant] }).apps).to.deep.equal([]);
  });

  const shop = { webhook_url: 'https://shop.example.com', webhook_secrets: [{ env: 'SECRET' }] };
  const template = { template_id: 't', data: { thing1: 'x' } };
  const cases: readonly [string, object, object, string][] = [
    ['a misspelt key', { mch_id: '1' }, {}, 'merchants.0'],
    ['a merchant number as a number', { mchid: 1900000001 }, {}, 'merchants.0.mchid'],
    [
      'a public key id as the serial',
      { merchant_serial_no: 'PUB_KEY_ID_01' },
      {},
      'merchants.0.merchant_serial_no',
    ],
    ['a secret in the file', { api_v3_key: 'x'.repeat(32) }, {}, 'merchants.0.api_v3_key'],
    ['a secret from two places', { api_v3_key: { env: 'A', file: 'b' } }, {}, 'merchants.0.api_v3_key'],
    [
      'a serial as the id of a public key',
      { wechatpay_public_keys: [{ id: '5157F09E', file: 'f' }] },
      {},
      'merchants.0.wechatpay_public_keys.0.id',
    ],
    ['certificates from nowhere', { platform_certificates: 'none' }, {}, 'merchants.0.platform_certificates'],
    ['no appid', { appids: [] }, {}, 'merchants.0.appids'],
    [
      'a webhook to something other than http',
      { shop: { ...shop, webhook_url: 'file:///etc/passwd' } },
      {},
      'merchants.0.shop.webhook_url',
    ],
    [
      'five webhook secrets',
      { shop: { ...shop, webhook_secrets: Array(5).fill({ env: 'S' }) } },
      {},
      'merchants.0.shop.webhook_secrets',
    ],
    [
      'a time limit beyond WeChat’s patience',
      { shop: { ...shop, timeout_ms: 60_000 } },
      {},
      'merchants.0.shop.timeout_ms',
    ],
    [
      'a keyword that no template has',
      {},
      { templates: { order_paid: { ...template, data: { Thing: 'x' } } } },
      'apps.0.templates.order_paid.data.Thing',
    ],
    [
      'a message useful for nothing',
      {},
      { templates: { order_paid: { ...template, useful_for_minutes: 0 } } },
      'apps.0.templates.order_paid.useful_for_minutes',
    ],
    ['a template that nobody sends', {}, { templates: { order_lost: template } }, 'apps.0.templates'],
    ['an original id without gh_', {}, { original_id: 'wx1' }, 'apps.0.original_id'],
  ];
  for (const [what, merchantChange, appChange, path] of cases) {
    it(`refuses ${what} at ${path}`, () => {
      expect(refusedPaths(merchantChange, appChange)).to.deep.equal([path]);
    });
  }
});
