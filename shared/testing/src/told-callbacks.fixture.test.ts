import type { App, DomainEventType, Merchant } from '@huidiao/contracts';
import {
  createReceivingApp,
  createReceivingMerchant,
  createReceivingMerchantV2,
  type GenuineCallback,
  receiveNotification,
  receivePush,
  receiveV2Notification,
} from '@huidiao/wechat';
import {
  buildPush,
  buildSignedNotification,
  buildV2Callback,
  createSubject,
  type JsonObject,
  payEvents,
  pushEvents,
  toPushContent,
  v2Events,
} from '@huidiao/wechat-simulator';
import { rsaKeysOf } from './rsa-keys.ts';
import { createKeys, plainApp, plainMerchant } from './test-merchant.ts';

/** WeChat's name of a callback → the types of domain events that it was seen to become. */
export type ToldTypes = Map<string, Set<DomainEventType>>;

const keys = createKeys();
const platform = rsaKeysOf('wechat-pay');
const serial = 'PUB_KEY_ID_0000000000000024101100397200000006';
const apiV2Key = '0123456789abcdef0123456789abcdef';
const token = 'a-token-of-tests';
const now = new Date();
const about = createSubject({ mchId: keys.ofWeChat.mchId, appId: keys.appOfWeChat.appId });

const merchant: Merchant = {
  ...plainMerchant,
  mchId: about.mchId,
  merchantSerialNo: keys.merchantSerialNo,
  merchantPrivateKeyPem: keys.merchantPrivateKeyPem,
  apiV3Key: keys.apiV3Key,
  apiV2Key,
  wechatpayPublicKeys: [
    { id: serial, pem: platform.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
  ],
  platformCertificatePems: [],
  appIds: [about.appId],
  shop: undefined,
  unknownOrder: 'dead_letter',
  latePayment: 'refund',
  limits: { callbacksPerSecond: 1, callbacksBurst: 1, queriesPerSecond: 1 },
};
const app: App = {
  ...plainApp,
  appId: about.appId,
  appSecret: keys.appSecret,
  push: { tokens: [token], encodingAesKeys: [] },
  miniprogramState: 'formal',
  lang: 'zh_CN',
  templates: { orderPaid: undefined },
};

/** Shapes of one name that become another type than the simulator's. */
const moreResources: Readonly<Record<string, readonly JsonObject[]>> = {
  'TRANSACTION.SUCCESS': [
    { mchid: about.mchId, contract_id: '1', bind_state: 'UNBOUND' },
    { mchid: about.mchId, out_trade_no: about.outTradeNo, trade_scene: 'PARKING', trade_state: 'SUCCESS' },
  ],
};
/** In place of what the simulator's push of that name has. */
const morePushes: Readonly<Record<string, readonly JsonObject[]>> = {
  xpay_refund_notify: [{ RetCode: 1 }],
  retail_pay_notify: [{ pay_status: 'ORDER_CLOSE' }],
  retail_refund_notify: [{ refund_status: 'REFUND_FAIL' }],
  xpay_subscribe_signing_result_notify: [{ Action: 'cancel_contract_notify' }],
};
/** Likewise of API v2. */
const moreV2: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'v2.payment': { result_code: 'FAIL', contract_id: '1', err_code: 'NOTENOUGH' },
};

/** Every event_type of API v3 that the simulator knows, each sent signed and encrypted. */
export function toToldNotifications(): ToldTypes {
  const told: ToldTypes = new Map();
  for (const { eventType, originalType, resource } of payEvents) {
    note(told, receiveV3(eventType, originalType, resource(about)));
  }
  for (const [eventType, resources] of Object.entries(moreResources)) {
    for (const resource of resources) note(told, receiveV3(eventType, 'transaction', resource));
  }
  return told;
}

/** Every Event and MsgType, in small letters. */
export function toToldPushes(): ToldTypes {
  const told: ToldTypes = new Map();
  for (const spec of pushEvents) {
    const content = toPushContent(spec, about, { format: 'json', listShape: 'natural' });
    note(told, receiveContent(content));
    for (const more of morePushes[spec.name] ?? []) note(told, receiveContent({ ...content, ...more }));
  }
  return told;
}

/** Every kind of notification of API v2, by our own name: WeChat has none. */
export function toToldV2(): ToldTypes {
  const told: ToldTypes = new Map();
  for (const { name, fields, reqInfo } of v2Events) {
    note(told, receiveV2(fields(about), reqInfo?.(about)));
    const more = moreV2[name];
    if (more !== undefined) note(told, receiveV2({ ...fields(about), ...more }));
  }
  note(told, receiveV2({ return_code: 'SUCCESS', mch_id: about.mchId }));
  return told;
}

function note(told: ToldTypes, { eventType, facts }: GenuineCallback): void {
  const types = told.get(eventType) ?? new Set();
  for (const { event } of facts) types.add(event.type);
  told.set(eventType, types);
}

const receivingV3 = createReceivingMerchant(merchant);

function receiveV3(eventType: string, originalType: string | null, resource: JsonObject): GenuineCallback {
  const { headers, body } = buildSignedNotification({
    key: platform.privateKey,
    serial,
    apiV3Key: keys.apiV3Key,
    plaintext: resource,
    eventType,
    originalType,
  });
  const lists = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]);
  const message = { headers: Object.fromEntries(lists), body: Buffer.from(body) };
  return genuine(receiveNotification(message, receivingV3, now), eventType);
}

const receivingV2 = createReceivingMerchantV2(merchant);

function receiveV2(
  fields: Readonly<Record<string, string>>,
  reqInfo?: Readonly<Record<string, string>>,
): GenuineCallback {
  if (receivingV2 === undefined) throw new Error('the merchant has no key of API v2');
  const { body } = buildV2Callback({ apiV2Key, fields, reqInfo });
  return genuine(receiveV2Notification(Buffer.from(body), receivingV2), 'a notification of API v2');
}

const receivingApp = createReceivingApp(app);

function receiveContent(content: JsonObject): GenuineCallback {
  if (receivingApp === undefined) throw new Error('the app has no Token');
  const { query, message } = buildPush({
    appId: about.appId,
    token,
    mode: 'plaintext',
    format: 'json',
    content,
  });
  const push = { rawQuery: query, body: Buffer.from(message.body) };
  return genuine(receivePush(push, receivingApp, now), String(content.Event ?? content.MsgType));
}

type Received = { readonly kind: string; readonly reason?: string; readonly callback?: GenuineCallback };

function genuine({ kind, reason, callback }: Received, name: string): GenuineCallback {
  if (callback === undefined) throw new Error(`${name} is ${kind}: ${reason}`);
  return callback;
}
