import { randomBytes } from 'node:crypto';
import type { App, Merchant, MerchantDirectory, Shop as ShopSettings } from '@huidiao/contracts';
import type { Simulator } from '@huidiao/wechat-simulator';
import { rsaKeysOf } from './rsa-keys.ts';

/** The ids of the merchant and the app that tests buy from. */
export const testMerchant = {
  mchId: '1900000001',
  appId: 'wx1234567890abcdef',
  templateId: 'template-order-paid',
};

/** Keys and secrets of one merchant and one app, with what WeChat knows of both. */
export function createKeys() {
  const merchantKey = rsaKeysOf('merchant');
  const merchantSerialNo = randomBytes(20).toString('hex').toUpperCase();
  const apiV3Key = randomBytes(16).toString('hex');
  const apiV2Key = randomBytes(16).toString('hex');
  const token = randomBytes(16).toString('hex');
  const encodingAesKey = randomBytes(64).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 43);
  const appSecret = randomBytes(16).toString('hex');
  return {
    merchantSerialNo,
    merchantPrivateKeyPem: merchantKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key,
    apiV2Key,
    push: { tokens: [token], encodingAesKeys: [encodingAesKey] },
    appSecret,
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    ofWeChat: {
      mchId: testMerchant.mchId,
      merchantSerialNo,
      merchantPublicKeyPem: merchantKey.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      apiV3Key,
      apiV2Key,
      appIds: [testMerchant.appId],
    },
    appOfWeChat: {
      appId: testMerchant.appId,
      appSecret,
      push: { token, encodingAesKey, mode: 'safe', format: 'json' } as const,
      templates: { [testMerchant.templateId]: ['character_string1', 'amount2', 'thing3', 'time4'] },
    },
  };
}

/** The merchants file that belongs to them, as services read it. */
export function toDirectory(
  keys: ReturnType<typeof createKeys>,
  simulator: Simulator,
  shop: ShopSettings,
  facts: Partial<Merchant> = {},
  appFacts: Partial<App> = {},
): MerchantDirectory {
  const { publicKey, certificates } = simulator.platform;
  const merchant: Merchant = {
    mchId: testMerchant.mchId,
    merchantSerialNo: keys.merchantSerialNo,
    merchantPrivateKeyPem: keys.merchantPrivateKeyPem,
    apiV3Key: keys.apiV3Key,
    ...plainMerchant,
    apiV2Key: keys.apiV2Key,
    wechatpayPublicKeys: publicKey === undefined ? [] : [publicKey],
    platformCertificatePems: certificates.map((certificate) => certificate.pem),
    appIds: [testMerchant.appId],
    shop,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 10_000, callbacksBurst: 100_000, queriesPerSecond: 100 },
    ...facts,
  };
  const app: App = {
    appId: testMerchant.appId,
    appSecret: keys.appSecret,
    ...plainApp,
    push: keys.push,
    shop,
    miniprogramState: 'formal',
    lang: 'zh_CN',
    templates: {
      orderPaid: {
        templateId: testMerchant.templateId,
        page: 'pages/order?no={out_trade_no}',
        data: {
          character_string1: '{out_trade_no}',
          amount2: '{amount_yuan}',
          thing3: '{description}',
          time4: '{paid_at}',
        },
        usefulForMs: 24 * 60 * 60_000,
      },
    },
    ...appFacts,
  };
  return { merchants: new Map([[merchant.mchId, merchant]]), apps: new Map([[app.appId, app]]) };
}

/** What a merchant of tests leaves at its default, unless it is about that. */
export const plainMerchant = {
  apiV3KeyPrevious: undefined,
  apiV2Key: undefined,
  apiV2KeyPrevious: undefined,
  downloadsCertificates: false,
  isServiceProvider: false,
  passThrough: [],
  contractTermination: 'allow',
  apiRate: { perSecond: 100_000, burst: 100_000 },
  bill: { isChecked: false, appIds: [], outTradeNoPrefixes: [], adopts: false },
} as const satisfies Partial<Merchant>;

/** Likewise an app. */
export const plainApp = {
  appSecretPrevious: undefined,
  push: undefined,
  shop: undefined,
  passThrough: [],
  customerService: 'off',
  limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000 },
  iosRefund: { answer: 'unless_delivered', evidence: 'The order was delivered.' },
  originalId: undefined,
  sessionTtlMs: 7 * 24 * 3_600_000,
  shipping: { autoUpload: false, remindReceipt: false },
} as const satisfies Partial<App>;
