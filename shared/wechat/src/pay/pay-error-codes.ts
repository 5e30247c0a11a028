import type { ErrorCode, ErrorKind } from '@huidiao/errors';

/** The calls of API v3 that are made here. */
export type PayApi =
  | 'prepay-jsapi'
  | 'prepay-partner'
  | 'prepay-combined'
  | 'prepay-native'
  | 'query-by-out-trade-no'
  | 'query-combined'
  | 'close-by-out-trade-no'
  | 'close-combined'
  | 'create-refund'
  | 'query-refund'
  | 'settle-abnormal-refund'
  | 'trade-bill'
  | 'download-bill'
  | 'security-echo'
  | 'download-certificates'
  | 'find-callback-address'
  | 'put-callback-address';

export interface PayErrorClass {
  readonly error: ErrorCode;
  /** Where it is not the usual kind of the error. */
  readonly kind?: ErrorKind;
  readonly retryAfterMs?: number;
  /** The order may exist or even be paid at WeChat Pay, or the refund be accepted: query it before deciding anything. */
  readonly queryFirst?: true;
}

const refused: PayErrorClass = { error: 'WECHAT_REFUSED' };
const credentials: PayErrorClass = { error: 'WECHAT_CREDENTIALS_REFUSED' };
const busy: PayErrorClass = { error: 'WECHAT_BUSY' };
const systemError: PayErrorClass = { error: 'WECHAT_SYSTEM_ERROR' };
const notFound: PayErrorClass = { error: 'ORDER_NOT_FOUND' };
const nothingThere: PayErrorClass = { error: 'WECHAT_NOT_FOUND' };
const notPayable: PayErrorClass = { error: 'ORDER_NOT_PAYABLE', queryFirst: true };
/** "Accepted, not processed" while the buyer is paying: WeChat Pay asks to wait 5 s and query. */
const paying: PayErrorClass = { error: 'WECHAT_BUSY', retryAfterMs: 5_000, queryFirst: true };

/** A payment or a refund may just be under way, or have come to its end: only a query tells. */
const busyPerhaps: PayErrorClass = { error: 'WECHAT_BUSY', queryFirst: true };
const paid: PayErrorClass = { error: 'ORDER_PAID_AT_WECHAT', queryFirst: true };
const refusedPerhaps: PayErrorClass = { error: 'WECHAT_REFUSED', queryFirst: true };

/** What a code means whichever call it answers. */
const anyCall: readonly (readonly [string, PayErrorClass])[] = [
  ['PARAM_ERROR', refused],
  ['INVALID_REQUEST', refused],
  ['APPID_MCHID_NOT_MATCH', refused],
  ['MCH_NOT_EXISTS', refused],
  ['SIGN_ERROR', credentials],
  ['NO_AUTH', refused],
  ['NOAUTH', refused],
  ['NOT_ENOUGH', refused],
  ['NOTENOUGH', refused],
  ['USER_ACCOUNT_ABNORMAL', refused],
  ['TRADE_ERROR', refused],
  ['RULELIMIT', refused],
  ['OPENID_MISMATCH', refused],
  ['USER_PAYING', paying],
  ['USERPAYING', paying],
  ['RATELIMIT_EXCEEDED', busy],
  ['RATE_LIMITED', busy],
  ['FREQUENCY_LIMITED', busy],
  ['SYSTEM_ERROR', systemError],
  ['SYSTEMERROR', systemError],
  ['SERVICE_UNAVAILABLE', busy],
];

/** The same for every way to pay. */
const prepay: readonly (readonly [string, PayErrorClass])[] = [
  ['ORDER_PAID', notPayable],
  ['ORDERPAID', notPayable],
  ['ORDER_CLOSED', notPayable],
  ['ORDERCLOSED', notPayable],
  ['OUT_TRADE_NO_USED', { error: 'ORDER_CONFLICT', queryFirst: true }],
  // Also says "商户订单号重复": https://developers.weixin.qq.com/community/pay/doc/000ae86d1049f0625e4cfeeef51800
  ['INVALID_REQUEST', refusedPerhaps],
];

/** Of one order, of a service provider's, and of a combined one. */
const query: readonly (readonly [string, PayErrorClass])[] = [
  ['ORDER_NOT_EXIST', notFound],
  ['ORDERNOTEXIST', notFound],
  ['RESOURCE_NOT_EXISTS', notFound],
  ['NOT_FOUND', notFound],
];

const close: readonly (readonly [string, PayErrorClass])[] = [
  ['ORDER_PAID', paid],
  ['ORDERPAID', paid],
  // A repeated close gets 204 today; older pages answer it so.
  ['ORDER_CLOSED', notPayable],
  ['ORDERCLOSED', notPayable],
  ['ORDER_NOT_EXIST', notFound],
  ['ORDERNOTEXIST', notFound],
  ['RESOURCE_NOT_EXISTS', notFound],
  ['NOT_FOUND', notFound],
  ['INVALID_REQUEST', refusedPerhaps],
  // Not about traffic: the close met a payment. https://developers.weixin.qq.com/community/develop/doc/00024ef66683385500b216e3060000
  ['FREQUENCY_LIMITED', busyPerhaps],
];

/** What a code means to one call, where that is something of its own. */
const byCall: Readonly<Record<PayApi, readonly (readonly [string, PayErrorClass])[]>> = {
  'prepay-jsapi': prepay,
  'prepay-partner': prepay,
  'prepay-combined': prepay,
  'prepay-native': prepay,
  'query-by-out-trade-no': query,
  'query-combined': query,
  'close-by-out-trade-no': close,
  'close-combined': close,
  // Whatever is no success: query the refund before anything else. Repeating it with the same number and content is
  // safe, and what NOT_ENOUGH wants once there is money. https://pay.weixin.qq.com/doc/v3/merchant/4014959631
  'create-refund': [
    ['INVALID_REQUEST', refusedPerhaps],
    ['NOT_ENOUGH', refusedPerhaps],
    ['NOTENOUGH', refusedPerhaps],
    ['TRADE_ERROR', refusedPerhaps],
    ['ORDER_NOT_EXIST', notFound],
    ['ORDERNOTEXIST', notFound],
    ['RESOURCE_NOT_EXISTS', notFound],
    ['NOT_FOUND', notFound],
    // Under way or not accepted: the pages differ.
    ['RATELIMIT_EXCEEDED', busyPerhaps],
    ['RATE_LIMITED', busyPerhaps],
    ['FREQUENCY_LIMITED', busyPerhaps],
    ['SYSTEM_ERROR', { error: 'WECHAT_SYSTEM_ERROR', queryFirst: true }],
    ['SYSTEMERROR', { error: 'WECHAT_SYSTEM_ERROR', queryFirst: true }],
  ],
  // Never accepted, or of another merchant: https://pay.weixin.qq.com/doc/v3/merchant/4014959631
  'query-refund': [
    ['RESOURCE_NOT_EXISTS', nothingThere],
    ['REFUND_NOT_EXIST', nothingThere],
    ['REFUNDNOTEXIST', nothingThere],
    ['NOT_FOUND', nothingThere],
  ],
  // INVALID_REQUEST: it is not ABNORMAL, or was settled otherwise; the refund tells. Found by its number alone.
  'settle-abnormal-refund': [
    ['INVALID_REQUEST', refusedPerhaps],
    ['RESOURCE_NOT_EXISTS', nothingThere],
    ['REFUND_NOT_EXIST', nothingThere],
    ['REFUNDNOTEXIST', nothingThere],
    ['NOT_FOUND', nothingThere],
  ],
  // https://pay.weixin.qq.com/doc/v3/merchant/4013071227
  'trade-bill': [
    ['NO_STATEMENT_EXIST', nothingThere],
    ['STATEMENT_CREATING', { error: 'BILL_NOT_READY', retryAfterMs: 10 * 60_000 }],
  ],
  // The address is too old, or its bill was made anew meanwhile: there is another one.
  'download-bill': [['INVALID_REQUEST', systemError]],
  // Not every kind of merchant may: https://pay.weixin.qq.com/doc/v3/partner/4015139289
  'security-echo': [],
  // A merchant that has only the public key: https://pay.weixin.qq.com/doc/v3/merchant/4012153196, and
  // wechatpay-java's CertificateDownloader, which takes NOT_FOUND for an empty list.
  'download-certificates': [
    ['RESOURCE_NOT_EXISTS', nothingThere],
    ['NOT_FOUND', nothingThere],
  ],
  // No address is registered: https://pay.weixin.qq.com/doc/v3/partner/4012471330
  'find-callback-address': [
    ['RESOURCE_NOT_EXISTS', nothingThere],
    ['NOT_FOUND', nothingThere],
  ],
  'put-callback-address': [],
};

/**
 * The one table of WeChat Pay's error codes, keyed by call and code. The texts beside them change and never
 * decide. https://pay.weixin.qq.com/doc/v3/merchant/4012525167, https://pay.weixin.qq.com/doc/v3/merchant/4013070356,
 * https://pay.weixin.qq.com/doc/v3/merchant/4012556398, https://pay.weixin.qq.com/doc/v3/merchant/4012525095,
 * https://pay.weixin.qq.com/doc/v3/merchant/4012556457
 */
export const payErrorCodes: ReadonlyMap<string, PayErrorClass> = new Map(
  Object.entries(byCall).flatMap(([api, own]) =>
    [...anyCall, ...own].map(([code, meaning]) => [`${api} ${code}`, meaning] as const),
  ),
);

/** What an answer means: by its code, else by its HTTP status. */
export function classifyPayAnswer(api: PayApi, status: number, code: string | undefined): PayErrorClass {
  return payErrorCodes.get(`${api} ${code}`) ?? classifyStatus(status);
}

function classifyStatus(status: number): PayErrorClass {
  if (status === 401) return credentials;
  if (status === 202) return paying;
  if (status === 429 || status === 503) return busy;
  if (status >= 400 && status < 500) return refused;
  return systemError;
}
