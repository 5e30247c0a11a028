import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { App, Merchant, MerchantDirectory, PassThrough, Shop } from '@huidiao/contracts';
import { plainApp, plainMerchant } from '@huidiao/testing';

/** Who is configured where callbacks are mutated, and what WeChat knows of them. */

/** The wall clock of every case. */
export const now = new Date('2026-11-22T08:00:00.000Z');
export const nowSeconds = Math.floor(now.getTime() / 1_000);

/** Half as long as WeChat Pay's keys: nothing looks at that, and signing with these takes a fifth of the time. */
const modulusLength = 1_024;

/** 微信支付公钥, and what WeChat Pay signs with. */
export const platform = createSigner('PUB_KEY_ID_0119000000012026112200000000000001');
/** Of another merchant, which those below do not trust. */
export const foreign = createSigner('PUB_KEY_ID_0119000000032026112200000000000003');

export const apiV3Key = '0123456789abcdef0123456789ABCDEF';
export const foreignApiV3Key = 'fedcba9876543210fedcba9876543210';
export const apiV2Key = 'abcdefABCDEF0123456789abcdefABCD';
export const token = 'huidiaoToken2026';
export const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
export const foreignEncodingAesKey = 'GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba';

/** `twin` has the secrets of `own`, `stranger` others, and `nobody` is not configured. */
export const mchIds = { own: '1900000001', twin: '1900000002', stranger: '1900000003', nobody: '1900000009' };
/** Likewise; `plain` has no key, `plainTwin` the Token of it, and `mute` neither. */
export const appIds = {
  own: 'wx1234567890abcdef',
  twin: 'wx2222222222222222',
  plain: 'wx3333333333333333',
  plainTwin: 'wx4444444444444444',
  mute: 'wx5555555555555555',
  nobody: 'wx9999999999999999',
};
export const originalId = 'gh_1234567890ab';

const shop: Shop = {
  webhookUrl: 'https://shop.example.com/huidiao',
  webhookSecrets: [],
  allowPrivateNetwork: false,
  timeoutMs: 1_000,
  events: ['*'],
};
const passThrough: readonly PassThrough[] = [
  {
    name: 'old',
    url: 'https://old.example.com/notify',
    events: ['*'],
    allowPrivateNetwork: false,
    timeoutMs: 1_000,
  },
];

export const directory: MerchantDirectory = {
  merchants: toMap('mchId', [
    toMerchant({ mchId: mchIds.own, shop, passThrough, contractTermination: 'refuse' }),
    toMerchant({ mchId: mchIds.twin }),
    toMerchant({
      mchId: mchIds.stranger,
      wechatpayPublicKeys: [foreign.published],
      apiV3Key: foreignApiV3Key,
      apiV2Key: undefined,
    }),
  ]),
  apps: toMap('appId', [
    toApp({ appId: appIds.own, originalId, customerService: 'transfer', shop, passThrough }),
    toApp({ appId: appIds.twin }),
    toApp({
      appId: appIds.plain,
      originalId,
      customerService: 'transfer',
      passThrough,
      push: { tokens: [token], encodingAesKeys: [] },
    }),
    toApp({
      appId: appIds.plainTwin,
      originalId: 'gh_ffffffffffff',
      push: { tokens: [token], encodingAesKeys: [] },
    }),
    toApp({ appId: appIds.mute, push: undefined }),
  ]),
};

function createSigner(id: string): {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly published: { readonly id: string; readonly pem: string };
} {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { id, privateKey, published: { id, pem } };
}

function toMerchant(facts: Partial<Merchant> & Pick<Merchant, 'mchId'>): Merchant {
  return {
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7200000001',
    merchantPrivateKeyPem: platform.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key,
    ...plainMerchant,
    apiV2Key,
    wechatpayPublicKeys: [platform.published],
    platformCertificatePems: [],
    appIds: [appIds.own, appIds.plain],
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 1_000, callbacksBurst: 1_000, queriesPerSecond: 20 },
    ...facts,
  };
}

function toApp(facts: Partial<App> & Pick<App, 'appId'>): App {
  return {
    appSecret: '0c6f1b6f7a0d4e0b9a3e5d2c1b0a9f8e',
    ...plainApp,
    push: { tokens: [token], encodingAesKeys: [encodingAesKey] },
    miniprogramState: 'formal',
    lang: 'zh_CN',
    templates: { orderPaid: undefined },
    ...facts,
  };
}

function toMap<K extends string, V extends { readonly [P in K]: string }>(key: K, values: readonly V[]) {
  return new Map(values.map((value): [string, V] => [value[key], value]));
}
