import { createCipheriv, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { plainMerchant, type RsaKeys, rsaKeysOf } from '@huidiao/testing';
import type { SignedMessage } from './signed-message.ts';

/** WeChat Pay as a test plays it: a key pair under a public key id, written without the code under test. */
export const platform = createPlatform(
  'PUB_KEY_ID_0000000000000024101100397200000006',
  rsaKeysOf('wechat-pay'),
);
/** Signs in the name of it, with other keys. */
export const forger = createPlatform(platform.id, rsaKeysOf('forger'));
const merchantKeys = rsaKeysOf('merchant');
export const merchantPublicKey: KeyObject = merchantKeys.publicKey;

export const testNow = new Date('2026-11-22T02:00:00.000Z');
const testTimestamp = String(testNow.getTime() / 1000);

/** Signs under the id with the keys. */
export function createPlatform(id: string, { publicKey, privateKey }: RsaKeys) {
  return {
    id,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey,
    /** The Wechatpay-* headers for a body, each overridable. */
    headersFor(body: Buffer, changed: { timestamp?: string; nonce?: string; serial?: string } = {}) {
      const { timestamp = testTimestamp, nonce = '593BEC0C930BF1AFEB40B4A08C8FB242', serial = id } = changed;
      const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
      return {
        'wechatpay-timestamp': [timestamp],
        'wechatpay-nonce': [nonce],
        'wechatpay-serial': [serial],
        'wechatpay-signature': [sign('sha256', text, privateKey).toString('base64')],
      };
    },
  };
}

export const testMerchant: Merchant = {
  mchId: '1900000001',
  merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  merchantPrivateKeyPem: merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  apiV3Key: 'K8264ILTKCH16CQ2502SI8ZNMTM67VSa',
  ...plainMerchant,
  wechatpayPublicKeys: [{ id: platform.id, pem: platform.publicKeyPem }],
  platformCertificatePems: [],
  appIds: ['wx8888888888888888'],
  shop: undefined,
  unknownOrder: 'dead_letter',
  latePayment: 'refund',
  limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
};

/** A transaction of the test merchant that succeeded. */
export const paidTransaction = {
  appid: 'wx8888888888888888',
  mchid: testMerchant.mchId,
  out_trade_no: 'order_0001',
  transaction_id: '1217752501201407033233368018',
  trade_type: 'JSAPI',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  bank_type: 'OTHERS',
  attach: '',
  success_time: '2026-11-22T10:00:00+08:00',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  amount: { total: 1999, payer_total: 1500, currency: 'CNY', payer_currency: 'CNY' },
};

export interface NotificationToMake {
  resource?: unknown;
  /** In place of the resource as JSON. */
  plaintext?: string;
  eventType?: string;
  originalType?: string | undefined;
  apiV3Key?: string;
  algorithm?: string;
  associatedData?: string | undefined;
  /** The last word on the envelope. */
  envelope?: (envelope: Record<string, unknown>) => unknown;
}

/** A notification as WeChat Pay would send it now to the test merchant. */
export function makeNotification(made: NotificationToMake = {}): SignedMessage {
  const plaintext = made.plaintext ?? JSON.stringify(made.resource ?? paidTransaction);
  const { apiV3Key = testMerchant.apiV3Key, eventType = 'TRANSACTION.SUCCESS' } = made;
  const associatedData = 'associatedData' in made ? made.associatedData : 'transaction';
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData ?? ''));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const envelope: Record<string, unknown> = {
    id: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
    create_time: '2026-11-22T10:00:00+08:00',
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary: '支付成功',
    resource: {
      original_type: 'originalType' in made ? made.originalType : 'transaction',
      algorithm: made.algorithm ?? 'AEAD_AES_256_GCM',
      ciphertext: sealed.toString('base64'),
      associated_data: associatedData,
      nonce,
    },
  };
  return signNotification(Buffer.from(JSON.stringify(made.envelope?.(envelope) ?? envelope)));
}

/** Any body under a good signature. */
export function signNotification(body: Buffer): SignedMessage {
  return { headers: platform.headersFor(body), body };
}
