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

const rows: Record<MiniProgramApi, Row[]> = {
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
