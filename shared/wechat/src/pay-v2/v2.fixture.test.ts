import { createCipheriv, createHash, createHmac } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { testMerchant } from '../pay/platform.fixture.test.ts';
import { createReceivingMerchantV2 } from './receive-v2-notification.ts';

/** WeChat Pay's API v2 as a test plays it, written without the code under test. */
export const apiV2Key = '8934e7d15453e97507ef794cf7b0519d';
export const previousApiV2Key = '192006250b4c09247ec02edce69f6a2d';

/** Undefined takes a field away. */
export type Change = Readonly<Record<string, string | undefined>>;
export type Fields = Readonly<Record<string, string>>;

/** A merchant with both keys, as one has it while a change is under way. */
export function receivingMerchant(facts: Partial<Merchant> = {}) {
  const merchant: Merchant = { ...testMerchant, apiV2Key, apiV2KeyPrevious: previousApiV2Key, ...facts };
  const receiving = createReceivingMerchantV2(merchant);
  if (receiving === undefined) throw new Error('the merchant has no APIv2 key');
  return receiving;
}

export const payment: Fields = {
  appid: 'wx8888888888888888',
  attach: '支付 测试&<b>',
  bank_type: 'OTHERS',
  cash_fee: '1500',
  fee_type: 'CNY',
  is_subscribe: 'N',
  mch_id: '1900000001',
  nonce_str: '5d2b6c2a8db53831f7eda20af46e531c',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  out_trade_no: 'order_0001',
  result_code: 'SUCCESS',
  return_code: 'SUCCESS',
  time_end: '20261122100000',
  total_fee: '1999',
  trade_type: 'JSAPI',
  transaction_id: '1217752501201407033233368018',
};

/** As the official page has it, which names no app. https://pay.weixin.qq.com/doc/v2/merchant/4011987586 */
export const contract: Fields = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  mch_id: '1900000001',
  contract_code: '100001256',
  openid: 'onqOjjmM1tad-3ROpncN-yUfa6ua',
  plan_id: '123',
  change_type: 'ADD',
  operate_time: '2026-11-22 10:00:00',
  contract_id: 'Wx15463511252015071056489715',
  contract_expired_time: '2027-11-22 10:00:00',
  request_serial: '1695',
};

/** A deduction (扣款), whose pages list no trade_type. https://pay.weixin.qq.com/doc/v2/merchant/4011987465 */
export const deduction: Fields = {
  ...without(payment, 'trade_type'),
  trade_state: 'SUCCESS',
  contract_id: 'Wx15463511252015071056489715',
};

const refundAround: Fields = {
  return_code: 'SUCCESS',
  appid: 'wx8888888888888888',
  mch_id: '1900000001',
  nonce_str: 'TeqClE3i0mvn3DrK',
};

export const refund: Fields = {
  out_refund_no: '131811191610442717309',
  out_trade_no: '71106718111915575302817',
  refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
  refund_fee: '3960',
  refund_id: '50000408942018111907145868882',
  refund_recv_accout: '支付用户零钱',
  refund_request_source: 'API',
  refund_status: 'SUCCESS',
  settlement_refund_fee: '3960',
  settlement_total_fee: '3960',
  success_time: '2018-11-19 16:24:13',
  total_fee: '3960',
  transaction_id: '4200000215201811190261405420',
};

export function without(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

export function changed(fields: Fields, change: Change): Fields {
  const merged = Object.entries({ ...fields, ...change });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function toXml(root: string, fields: Fields): string {
  const lines = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>\n`);
  return `<${root}>${lines.join('')}</${root}>`;
}

export interface ToSign {
  readonly key?: string;
  readonly type?: 'MD5' | 'HMAC-SHA256';
}

export function signOf(fields: Fields, { key = apiV2Key, type = 'MD5' }: ToSign = {}): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const text = `${names
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&')}&key=${key}`;
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return hash.update(text).digest('hex').toUpperCase();
}

export function signedBody(fields: Fields, signing: ToSign = {}): Buffer {
  return Buffer.from(toXml('xml', { ...fields, sign: signOf(fields, signing) }));
}

export function encryptReqInfo(plaintext: string, key = apiV2Key): string {
  const cipher = createCipheriv('aes-256-ecb', createHash('md5').update(key).digest('hex'), null);
  return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]).toString('base64');
}

export interface RefundToMake {
  readonly around?: Change;
  readonly inside?: Change;
  readonly key?: string;
}

export function refundBody({ around = {}, inside = {}, key = apiV2Key }: RefundToMake = {}): Buffer {
  const req_info = encryptReqInfo(toXml('root', changed(refund, inside)), key);
  return Buffer.from(toXml('xml', changed({ ...refundAround, req_info }, around)));
}
