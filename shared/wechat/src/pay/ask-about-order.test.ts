import { AppError, type ErrorCode } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type AskedOrder, askAboutOrder, toMostCalls } from './ask-about-order.ts';
import type { QueriedTransaction } from './queried-transaction.ts';

const now = new Date('2026-11-22T12:00:00Z');
const hourMs = 60 * 60_000;
const payment = { type: 'payment.succeeded', outTradeNo: 'order-0001' } as Extract<
  QueriedTransaction,
  { state: 'paid' }
>['payment'];
const paid: QueriedTransaction = { state: 'paid', refunded: false, payment };
const notPaid: QueriedTransaction = { state: 'waiting', tradeState: 'NOTPAY' };
const paying: QueriedTransaction = { state: 'waiting', tradeState: 'USERPAYING' };
const closed: QueriedTransaction = { state: 'closed', tradeState: 'CLOSED' };

type Answer = QueriedTransaction | ErrorCode;

/** A WeChat Pay that gives one answer after another, and writes down what it was asked. */
function createClient(queries: Answer[], close?: ErrorCode) {
  const calls: string[] = [];
  return {
    calls,
    async queryByOutTradeNo() {
      calls.push('query');
      const answer = queries.shift() ?? expect.fail('asked too often');
      if (typeof answer === 'string') throw new AppError(answer);
      return answer;
    },
    async closeByOutTradeNo() {
      calls.push('close');
      if (close !== undefined) throw new AppError(close);
    },
  };
}

type When = 'payable' | 'expired' | 'elsewhere' | 'elsewhere, over';

function toOrder(when: When): AskedOrder {
  const timeExpire = new Date(now.getTime() + (when === 'payable' ? hourMs : -hourMs));
  const ageMs = when === 'elsewhere, over' ? 9 * 24 * hourMs : 2 * hourMs;
  const prepay = when === 'payable' || when === 'expired';
  const createdAt = new Date(now.getTime() - ageMs);
  return { outTradeNo: 'order-0001', timeExpire, createdAt, prepay };
}

const open = (tradeState: string) => ({ state: 'open', tradeState });
const ended = (tradeState: string) => ({ state: 'ended', tradeState });

describe('asking WeChat Pay about an order', () => {
  const rows: [
    what: string,
    when: When,
    queries: Answer[],
    close: ErrorCode | undefined,
    calls: string,
    answer: object,
  ][] = [
    ['paid', 'payable', [paid], undefined, 'query', paid],
    ['not paid so far', 'payable', [notPaid], undefined, 'query', open('NOTPAY')],
    ['not prepaid so far', 'payable', ['ORDER_NOT_FOUND'], undefined, 'query', open('ORDER_NOT_EXIST')],
    ['closed by somebody else', 'payable', [closed], undefined, 'query', ended('CLOSED')],
    ['expired, and paid after all', 'expired', [paid], undefined, 'query', paid],
    [
      'expired and not paid: closed, and only then over',
      'expired',
      [notPaid, closed],
      undefined,
      'query close query',
      ended('CLOSED'),
    ],
    ['expired, paid in the last moment', 'expired', [notPaid, paid], undefined, 'query close query', paid],
    [
      'expired, paid in the last moment, which the close says too',
      'expired',
      [notPaid, paid],
      'ORDER_PAID_AT_WECHAT',
      'query close query',
      paid,
    ],
    [
      'expired, the close met a payment: unknown so far',
      'expired',
      [notPaid, paying],
      'WECHAT_BUSY',
      'query close query',
      { ...open('USERPAYING'), closeErrorCode: 'WECHAT_BUSY' },
    ],
    [
      'expired, the answer to the close was lost: the query says that it was closed',
      'expired',
      [notPaid, closed],
      'WECHAT_UNREACHABLE',
      'query close query',
      ended('CLOSED'),
    ],
    [
      'expired, closed without effect',
      'expired',
      [notPaid, notPaid],
      undefined,
      'query close query',
      open('NOTPAY'),
    ],
    [
      'expired, never prepaid',
      'expired',
      ['ORDER_NOT_FOUND', 'ORDER_NOT_FOUND'],
      undefined,
      'query close query',
      ended('ORDER_NOT_EXIST'),
    ],
    [
      'expired, prepaid and paid under our eyes',
      'expired',
      ['ORDER_NOT_FOUND', paid],
      undefined,
      'query close query',
      paid,
    ],
    [
      'prepaid elsewhere, past our time_expire: it may be payable there',
      'elsewhere',
      [notPaid],
      undefined,
      'query',
      open('NOTPAY'),
    ],
    [
      'prepaid elsewhere, past any time: its number is not ours to close',
      'elsewhere, over',
      [notPaid],
      undefined,
      'query',
      ended('NOTPAY'),
    ],
    [
      'prepaid elsewhere, in fact never',
      'elsewhere, over',
      ['ORDER_NOT_FOUND'],
      undefined,
      'query',
      ended('ORDER_NOT_EXIST'),
    ],
    ['prepaid elsewhere and paid late', 'elsewhere, over', [paid], undefined, 'query', paid],
  ];
  for (const [what, when, queries, close, calls, answer] of rows) {
    it(what, async () => {
      const client = createClient([...queries], close);
      const order = toOrder(when);
      expect(await askAboutOrder(client, order, now)).to.deep.equal(answer);
      expect(client.calls.join(' ')).to.equal(calls);
      expect(client.calls.length).to.be.at.most(toMostCalls(order, now));
    });
  }

  for (const code of ['WECHAT_UNREACHABLE', 'WECHAT_RESPONSE_NOT_AUTHENTIC', 'WECHAT_BUSY'] as const) {
    it(`knows nothing after ${code}, before a close and after it`, async () => {
      const before = createClient([code]);
      const failure = await askAboutOrder(before, toOrder('expired'), now).catch((error: unknown) => error);
      expect(failure).to.include({ code });
      expect(before.calls).to.deep.equal(['query']);
      const after = createClient([notPaid, code]);
      expect(await askAboutOrder(after, toOrder('expired'), now).catch((error: unknown) => error)).to.include(
        { code },
      );
    });
  }
});
