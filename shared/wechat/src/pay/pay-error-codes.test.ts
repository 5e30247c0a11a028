import { type ErrorCode, errorCatalogue } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { classifyPayAnswer, type PayApi, payErrorCodes } from './pay-error-codes.ts';

type Row = [string, ErrorCode, 'permanent' | 'transient' | 'throttled', 'query first'?];

const both: Row[] = [
  ['PARAM_ERROR', 'WECHAT_REFUSED', 'permanent'],
  ['APPID_MCHID_NOT_MATCH', 'WECHAT_REFUSED', 'permanent'],
  ['MCH_NOT_EXISTS', 'WECHAT_REFUSED', 'permanent'],
  ['SIGN_ERROR', 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
  ['NO_AUTH', 'WECHAT_REFUSED', 'permanent'],
  ['NOAUTH', 'WECHAT_REFUSED', 'permanent'],
  ['NOT_ENOUGH', 'WECHAT_REFUSED', 'permanent'],
  ['NOTENOUGH', 'WECHAT_REFUSED', 'permanent'],
  ['USER_ACCOUNT_ABNORMAL', 'WECHAT_REFUSED', 'permanent'],
  ['TRADE_ERROR', 'WECHAT_REFUSED', 'permanent'],
  ['RULELIMIT', 'WECHAT_REFUSED', 'permanent'],
  ['OPENID_MISMATCH', 'WECHAT_REFUSED', 'permanent'],
  ['USER_PAYING', 'WECHAT_BUSY', 'throttled', 'query first'],
  ['USERPAYING', 'WECHAT_BUSY', 'throttled', 'query first'],
  ['RATELIMIT_EXCEEDED', 'WECHAT_BUSY', 'throttled'],
  ['RATE_LIMITED', 'WECHAT_BUSY', 'throttled'],
  ['FREQUENCY_LIMITED', 'WECHAT_BUSY', 'throttled'],
  ['SYSTEM_ERROR', 'WECHAT_SYSTEM_ERROR', 'transient'],
  ['SYSTEMERROR', 'WECHAT_SYSTEM_ERROR', 'transient'],
  ['SERVICE_UNAVAILABLE', 'WECHAT_BUSY', 'throttled'],
];
/** Of a refund they leave open whether it was accepted. */
const refundAsksFirst = new Set([
  'NOT_ENOUGH',
  'NOTENOUGH',
  'TRADE_ERROR',
  'RATELIMIT_EXCEEDED',
  'RATE_LIMITED',
  'FREQUENCY_LIMITED',
  'SYSTEM_ERROR',
  'SYSTEMERROR',
]);
const prepay: Row[] = [
  ...both,
  ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent', 'query first'],
  ['ORDER_PAID', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['ORDERPAID', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['ORDER_CLOSED', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['ORDERCLOSED', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['OUT_TRADE_NO_USED', 'ORDER_CONFLICT', 'permanent', 'query first'],
];
const query: Row[] = [
  ...both,
  ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent'],
  ['ORDER_NOT_EXIST', 'ORDER_NOT_FOUND', 'permanent'],
  ['ORDERNOTEXIST', 'ORDER_NOT_FOUND', 'permanent'],
  ['RESOURCE_NOT_EXISTS', 'ORDER_NOT_FOUND', 'permanent'],
  ['NOT_FOUND', 'ORDER_NOT_FOUND', 'permanent'],
];
const close: Row[] = [
  ...both.filter(([code]) => code !== 'FREQUENCY_LIMITED'),
  ['FREQUENCY_LIMITED', 'WECHAT_BUSY', 'throttled', 'query first'],
  ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent', 'query first'],
  ['ORDER_PAID', 'ORDER_PAID_AT_WECHAT', 'permanent', 'query first'],
  ['ORDERPAID', 'ORDER_PAID_AT_WECHAT', 'permanent', 'query first'],
  ['ORDER_CLOSED', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['ORDERCLOSED', 'ORDER_NOT_PAYABLE', 'permanent', 'query first'],
  ['ORDER_NOT_EXIST', 'ORDER_NOT_FOUND', 'permanent'],
  ['ORDERNOTEXIST', 'ORDER_NOT_FOUND', 'permanent'],
  ['RESOURCE_NOT_EXISTS', 'ORDER_NOT_FOUND', 'permanent'],
  ['NOT_FOUND', 'ORDER_NOT_FOUND', 'permanent'],
];
const rows: Record<PayApi, Row[]> = {
  'prepay-jsapi': prepay,
  'prepay-partner': prepay,
  'prepay-combined': prepay,
  'prepay-native': prepay,
  'query-by-out-trade-no': query,
  'query-combined': query,
  'close-by-out-trade-no': close,
  'close-combined': close,

  'create-refund': [
    ...both.filter(([code]) => !refundAsksFirst.has(code)),
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent', 'query first'],
    ['NOT_ENOUGH', 'WECHAT_REFUSED', 'permanent', 'query first'],
    ['NOTENOUGH', 'WECHAT_REFUSED', 'permanent', 'query first'],
    ['TRADE_ERROR', 'WECHAT_REFUSED', 'permanent', 'query first'],
    ['ORDER_NOT_EXIST', 'ORDER_NOT_FOUND', 'permanent'],
    ['ORDERNOTEXIST', 'ORDER_NOT_FOUND', 'permanent'],
    ['RESOURCE_NOT_EXISTS', 'ORDER_NOT_FOUND', 'permanent'],
    ['NOT_FOUND', 'ORDER_NOT_FOUND', 'permanent'],
    ['RATELIMIT_EXCEEDED', 'WECHAT_BUSY', 'throttled', 'query first'],
    ['RATE_LIMITED', 'WECHAT_BUSY', 'throttled', 'query first'],
    ['FREQUENCY_LIMITED', 'WECHAT_BUSY', 'throttled', 'query first'],
    ['SYSTEM_ERROR', 'WECHAT_SYSTEM_ERROR', 'transient', 'query first'],
    ['SYSTEMERROR', 'WECHAT_SYSTEM_ERROR', 'transient', 'query first'],
  ],
  'query-refund': [
    ...both,
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent'],
    ['RESOURCE_NOT_EXISTS', 'WECHAT_NOT_FOUND', 'permanent'],
    ['REFUND_NOT_EXIST', 'WECHAT_NOT_FOUND', 'permanent'],
    ['REFUNDNOTEXIST', 'WECHAT_NOT_FOUND', 'permanent'],
    ['NOT_FOUND', 'WECHAT_NOT_FOUND', 'permanent'],
  ],
  'settle-abnormal-refund': [
    ...both,
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent', 'query first'],
    ['RESOURCE_NOT_EXISTS', 'WECHAT_NOT_FOUND', 'permanent'],
    ['REFUND_NOT_EXIST', 'WECHAT_NOT_FOUND', 'permanent'],
    ['REFUNDNOTEXIST', 'WECHAT_NOT_FOUND', 'permanent'],
    ['NOT_FOUND', 'WECHAT_NOT_FOUND', 'permanent'],
  ],
  'find-callback-address': [
    ...both,
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent'],
    ['RESOURCE_NOT_EXISTS', 'WECHAT_NOT_FOUND', 'permanent'],
    ['NOT_FOUND', 'WECHAT_NOT_FOUND', 'permanent'],
  ],
  'put-callback-address': [...both, ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent']],
  'trade-bill': [
    ...both,
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent'],
    ['NO_STATEMENT_EXIST', 'WECHAT_NOT_FOUND', 'permanent'],
    ['STATEMENT_CREATING', 'BILL_NOT_READY', 'throttled'],
  ],
  'download-bill': [...both, ['INVALID_REQUEST', 'WECHAT_SYSTEM_ERROR', 'transient']],
  'security-echo': [...both, ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent']],
  'download-certificates': [
    ...both,
    ['INVALID_REQUEST', 'WECHAT_REFUSED', 'permanent'],
    ['RESOURCE_NOT_EXISTS', 'WECHAT_NOT_FOUND', 'permanent'],
    ['NOT_FOUND', 'WECHAT_NOT_FOUND', 'permanent'],
  ],
};

function shortly(api: PayApi, status: number, code?: string): unknown[] {
  const { error, kind, queryFirst } = classifyPayAnswer(api, status, code);
  return [error, kind ?? errorCatalogue[error].kind, ...(queryFirst === true ? ['query first'] : [])];
}

for (const api of Object.keys(rows) as PayApi[]) {
  describe(`an error of ${api}`, () => {
    for (const [code, ...meaning] of rows[api]) {
      // The status is one that would mean something else without the code.
      it(`${code} means ${meaning.join(', ')}`, () =>
        expect(shortly(api, code === 'SIGN_ERROR' ? 500 : 401, code)).to.deep.equal(meaning));
    }

    it('has a row here for each row of the table', () => {
      const tested = rows[api].map(([code]) => `${api} ${code}`).sort();
      const known = [...payErrorCodes.keys()].filter((key) => key.startsWith(`${api} `)).sort();
      expect(known).to.deep.equal(tested);
    });

    for (const [status, ...meaning] of [
      [202, 'WECHAT_BUSY', 'throttled', 'query first'],
      [400, 'WECHAT_REFUSED', 'permanent'],
      [401, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
      [403, 'WECHAT_REFUSED', 'permanent'],
      [404, 'WECHAT_REFUSED', 'permanent'],
      [429, 'WECHAT_BUSY', 'throttled'],
      [500, 'WECHAT_SYSTEM_ERROR', 'transient'],
      [502, 'WECHAT_SYSTEM_ERROR', 'transient'],
      [503, 'WECHAT_BUSY', 'throttled'],
    ] as const) {
      it(`without a known code means, with ${status}, ${meaning.join(', ')}`, () => {
        expect(shortly(api, status, 'SOMETHING_NEW')).to.deep.equal(meaning);
        expect(shortly(api, status, 'constructor')).to.deep.equal(meaning);
        expect(shortly(api, status)).to.deep.equal(meaning);
      });
    }
  });
}
