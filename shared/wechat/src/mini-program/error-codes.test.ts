import type { ErrorCode, ErrorKind } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  classifyErrcode,
  type MiniProgramApi,
  miniProgramErrorCodes,
  toErrcodeError,
} from './error-codes.ts';

/** Code, error, kind, and the milliseconds to wait at `now`, where the answer asks for that. */
type Row = [number, 'done'] | [number, 'replace-token'] | [number, ErrorCode, ErrorKind, number?];

/** 23:59:30 in Beijing. */
const now = new Date('2026-11-22T15:59:30.000Z');
const untilMinute = 30_000;
const untilMidnight = 30_000;
const fiveMinutes = 300_000;

const common: Row[] = [
  [0, 'done'],
  [-1, 'WECHAT_BUSY', 'transient'],
  [40001, 'replace-token'],
  [40014, 'replace-token'],
  [41001, 'replace-token'],
  [42001, 'replace-token'],
  [44990, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMinute],
  [44991, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMinute],
  [45009, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMidnight],
  [45011, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMinute],
  [47001, 'MESSAGE_REFUSED', 'permanent'],
  [48001, 'WECHAT_REFUSED', 'permanent'],
  [48004, 'WECHAT_REFUSED', 'permanent'],
  [50002, 'WECHAT_REFUSED', 'permanent'],
];
const permanentCards = [
  85433, 85434, 85435, 85436, 85438, 85439, 85440, 85441, 85442, 85443, 85448, 85461, 85462,
];

/** Where the common codes mean something of its own, that counts. */
const commonOfShipping = common.filter(([code]) => code !== 47001);
const ofPayment: Row[] = [
  ...commonOfShipping,
  [47001, 'SHIPMENT_REFUSED', 'permanent'],
  [10060001, 'SHIPMENT_PAYMENT_UNKNOWN', 'transient'],
  [10060012, 'WECHAT_BUSY', 'transient'],
  [10060014, 'SHIPMENT_REFUSED', 'permanent'],
  [10060019, 'WECHAT_BUSY', 'transient'],
  ...[268485194, 268485195, 268485196, 268485197].map((code): Row => [code, 'SHIPMENT_REFUSED', 'permanent']),
];
const badUploads = [
  10060005, 10060006, 10060007, 10060008, 10060009, 10060020, 10060024, 10060025, 10060026, 10060031,
  268485216, 268485224, 268485226, 268485227, 268485228,
];
const ofUpload: Row[] = [
  ...ofPayment,
  [10060002, 'SHIPMENT_NOT_TAKEN', 'permanent'],
  [10060003, 'SHIPMENT_NOT_TAKEN', 'permanent'],
  [10060004, 'SHIPMENT_NOT_TAKEN', 'permanent'],
  [10060023, 'SHIPMENT_NOT_TAKEN', 'permanent'],
  ...badUploads.map((code): Row => [code, 'SHIPMENT_REFUSED', 'permanent']),
];

const rows: Record<MiniProgramApi, Row[]> = {
  upload_shipping_info: ofUpload,
  upload_combined_shipping_info: ofUpload,
  get_order: ofPayment,
  is_trade_managed: [
    ...common,
    ...[40013, 40097, 61003, 61004, 61011].map((code): Row => [code, 'WECHAT_REFUSED', 'permanent']),
  ],
  notify_confirm_receive: [
    ...ofPayment,
    [10060030, 'done'],
    ...[10060004, 10060028, 10060029, 10060031, 10060032].map(
      (code): Row => [code, 'RECEIPT_REMINDER_REFUSED', 'permanent'],
    ),
  ],
  get_delivery_list: [...common, [9300513, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', 2 * fiveMinutes]],
  opspecialorder: [
    ...common,
    [268546000, 'SHIPMENT_REFUSED', 'permanent'],
    [268546001, 'SHIPMENT_REFUSED', 'permanent'],
    [268546002, 'SHIPMENT_PAYMENT_UNKNOWN', 'transient'],
  ],
  stable_token: [
    [-1, 'WECHAT_BUSY', 'transient'],
    [40001, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40002, 'WECHAT_REFUSED', 'permanent'],
    [40013, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40125, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40164, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40243, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [41002, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [41004, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [43002, 'WECHAT_REFUSED', 'permanent'],
    [45009, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMidnight],
    [45011, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMinute],
    [50004, 'WECHAT_REFUSED', 'permanent'],
    [50007, 'WECHAT_REFUSED', 'permanent'],
    [89503, 'WECHAT_CREDENTIALS_REFUSED', 'throttled', fiveMinutes],
    [89506, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [89507, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
  ],
  'subscribe/send': [
    ...common,
    [40003, 'MESSAGE_REFUSED', 'permanent'],
    [40037, 'MESSAGE_REFUSED', 'permanent'],
    [41030, 'MESSAGE_REFUSED', 'permanent'],
    [43101, 'MESSAGE_NOT_SUBSCRIBED', 'permanent'],
    [43107, 'MESSAGE_REFUSED', 'permanent'],
    [43108, 'MESSAGE_RECIPIENT_BUSY', 'throttled', 2_000],
    [43116, 'MESSAGE_REFUSED', 'permanent'],
    [43117, 'MESSAGE_RECIPIENT_BUSY', 'throttled', fiveMinutes],
    [45103, 'WECHAT_REFUSED', 'permanent'],
    [45109, 'WECHAT_REFUSED', 'permanent'],
    [45168, 'MESSAGE_REFUSED', 'permanent'],
    [47003, 'MESSAGE_REFUSED', 'permanent'],
  ],
  set_user_notify: [
    ...common,
    [85431, 'WECHAT_BUSY', 'transient'],
    [85437, 'WECHAT_BUSY', 'transient', 60_000],
    [85449, 'WECHAT_BUSY', 'transient'],
    ...permanentCards.map((code): Row => [code, 'MESSAGE_REFUSED', 'permanent']),
  ],
  'template/send': [
    ...common,
    [40003, 'MESSAGE_REFUSED', 'permanent'],
    [40013, 'MESSAGE_REFUSED', 'permanent'],
    [40037, 'MESSAGE_REFUSED', 'permanent'],
    [40165, 'MESSAGE_REFUSED', 'permanent'],
    [40249, 'MESSAGE_REFUSED', 'permanent'],
    [43004, 'MESSAGE_NOT_SUBSCRIBED', 'permanent'],
    [43116, 'MESSAGE_REFUSED', 'permanent'],
    [43117, 'MESSAGE_RECIPIENT_BUSY', 'throttled', fiveMinutes],
    [47003, 'MESSAGE_REFUSED', 'permanent'],
    [48011, 'MESSAGE_REFUSED', 'permanent'],
  ],
  'custom/send': [
    ...common,
    [45015, 'MESSAGE_NOT_SUBSCRIBED', 'permanent'],
    [45047, 'MESSAGE_RECIPIENT_BUSY', 'throttled', fiveMinutes],
  ],
  jscode2session: [
    [-1, 'WECHAT_BUSY', 'transient'],
    [40001, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40002, 'WECHAT_REFUSED', 'permanent'],
    [40013, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40029, 'LOGIN_CODE_INVALID', 'permanent'],
    [40125, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40163, 'LOGIN_CODE_USED', 'permanent'],
    [40164, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [40226, 'LOGIN_BLOCKED', 'permanent'],
    [40243, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [41002, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [41004, 'WECHAT_CREDENTIALS_REFUSED', 'permanent'],
    [41008, 'LOGIN_CODE_INVALID', 'permanent'],
    [45009, 'WECHAT_QUOTA_EXHAUSTED', 'throttled', untilMidnight],
    [45011, 'LOGIN_TOO_FREQUENT', 'throttled', untilMinute],
    [50004, 'WECHAT_REFUSED', 'permanent'],
    [50007, 'WECHAT_REFUSED', 'permanent'],
  ],
  getuserphonenumber: [
    ...common.filter(([errcode]) => errcode !== 47001),
    [40013, 'PHONE_CODE_OF_ANOTHER_APP', 'permanent'],
    [40029, 'PHONE_CODE_INVALID', 'permanent'],
    [47001, 'WECHAT_REFUSED', 'permanent'],
  ],
  'wxopen/template/send': [...common, [45103, 'WECHAT_REFUSED', 'permanent']],
  'wxopen/template/uniform_send': [...common, [45109, 'WECHAT_REFUSED', 'permanent']],
};

for (const [api, table] of Object.entries(rows) as [MiniProgramApi, Row[]][]) {
  describe(`an answer of ${api}`, () => {
    for (const [errcode, ...meaning] of table) {
      it(`with errcode ${errcode} means ${meaning.join(', ')}`, () => {
        const { verdict } = classifyErrcode(api, errcode);
        if (verdict !== 'failed') return expect([verdict]).to.deep.equal(meaning);
        const { code, kind, retryAfterMs, details } = toErrcodeError(api, { errcode }, now);
        const wait = retryAfterMs === undefined ? [] : [retryAfterMs];
        expect([code, kind, ...wait]).to.deep.equal(meaning);
        expect(details).to.deep.equal({ api, remoteCode: errcode });
      });
    }

    it('has a row here for each row of the table', () => {
      const tested = table.map(([errcode]) => `${api} ${errcode}`).sort();
      const known = [...miniProgramErrorCodes.keys()].filter((key) => key.startsWith(`${api} `)).sort();
      expect(known).to.deep.equal(tested);
    });

    it('with a code that nobody has seen is tried a few times more, and keeps the rid', () => {
      const error = toErrcodeError(api, { errcode: 99999, rid: '5f-1', errmsg: 'what' }, now);
      expect(error).to.include({ code: 'WECHAT_REFUSED', kind: 'transient' });
      expect(error.details).to.deep.equal({
        api,
        remoteCode: 99999,
        rid: '5f-1',
        remoteMessage: 'what',
        attemptsAtMost: 3,
      });
    });
  });
}
