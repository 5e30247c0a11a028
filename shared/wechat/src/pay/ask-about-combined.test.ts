import { AppError, type ErrorCode } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { askAboutCombined, endCombined, queryCombined } from './ask-about-combined.ts';
import type { QueriedParts, QueriedTransaction } from './queried-transaction.ts';

const now = new Date('2026-11-22T12:00:00Z');
const hourMs = 60 * 60_000;
const payment = { type: 'payment.succeeded' } as Extract<QueriedTransaction, { state: 'paid' }>['payment'];
const paid: QueriedTransaction = { state: 'paid', refunded: false, payment };
const notPaid: QueriedTransaction = { state: 'waiting', tradeState: 'NOTPAY' };
const closed: QueriedTransaction = { state: 'closed', tradeState: 'CLOSED' };

type Answer = readonly [QueriedTransaction, QueriedTransaction] | ErrorCode;

/** A WeChat Pay that gives one answer after another, and writes down what it was asked. */
function createClient(answers: Answer[], close?: ErrorCode) {
  const calls: string[] = [];
  return {
    calls,
    async queryCombined(): Promise<QueriedParts> {
      calls.push('query');
      const answer = answers.shift() ?? expect.fail('asked too often');
      if (typeof answer === 'string') throw new AppError(answer);
      return new Map(answer.map((part, index) => [`part-${index}`, part]));
    },
    async closeCombined() {
      calls.push('close');
      if (close !== undefined) throw new AppError(close);
    },
  };
}

const toCombined = (expiresInMs: number) => ({
  appId: 'wx1234567890abcdef',
  combineOutTradeNo: 'whole-0001',
  parts: [0, 1].map((index) => ({ mchId: '1900000001', outTradeNo: `part-${index}` })),
  timeExpire: new Date(now.getTime() + expiresInMs),
  createdAt: new Date(now.getTime() - 2 * hourMs),
  prepay: true,
});
const payable = toCombined(hourMs);
const expired = toCombined(-hourMs);

describe('asking WeChat Pay about a combined order', () => {
  const rows: [
    what: string,
    ask: 'ask' | 'end' | 'query',
    when: typeof payable,
    answers: Answer[],
    close: ErrorCode | undefined,
    calls: string,
    states: string,
  ][] = [
    ['paid', 'ask', payable, [[paid, paid]], undefined, 'query', 'paid paid'],
    ['not paid so far', 'ask', payable, [[notPaid, notPaid]], undefined, 'query', 'open open'],
    ['not prepaid so far', 'ask', payable, ['ORDER_NOT_FOUND'], undefined, 'query', 'open open'],
    ['closed by somebody else', 'ask', payable, [[closed, closed]], undefined, 'query', 'ended ended'],
    ['expired and paid after all', 'ask', expired, [[paid, paid]], undefined, 'query', 'paid paid'],
    [
      'expired and not paid',
      'ask',
      expired,
      [
        [notPaid, notPaid],
        [closed, closed],
      ],
      undefined,
      'query close query',
      'ended ended',
    ],
    [
      'expired, paid in the last moment',
      'ask',
      expired,
      [
        [notPaid, notPaid],
        [paid, paid],
      ],
      'ORDER_PAID_AT_WECHAT',
      'query close query',
      'paid paid',
    ],
    [
      'expired, the close met a payment',
      'ask',
      expired,
      [
        [notPaid, notPaid],
        [notPaid, notPaid],
      ],
      'WECHAT_BUSY',
      'query close query',
      'open open',
    ],
    [
      'expired, never prepaid',
      'ask',
      expired,
      ['ORDER_NOT_FOUND', 'ORDER_NOT_FOUND'],
      undefined,
      'query close query',
      'ended ended',
    ],
    [
      'ended early',
      'end',
      payable,
      [
        [notPaid, notPaid],
        [closed, closed],
      ],
      undefined,
      'query close query',
      'ended ended',
    ],
    [
      'ended early, and paid in part: it is paid',
      'end',
      payable,
      [[paid, notPaid]],
      undefined,
      'query',
      'paid open',
    ],
    [
      'only asked about, although it expired',
      'query',
      expired,
      [[notPaid, notPaid]],
      undefined,
      'query',
      'open open',
    ],
  ];
  for (const [what, how, when, answers, close, calls, states] of rows) {
    it(what, async () => {
      const client = createClient([...answers], close);
      const asked = { ask: askAboutCombined, end: endCombined, query: queryCombined }[how];
      const found = await asked(client, when, now);
      expect([...found.values()].map(({ state }) => state).join(' ')).to.equal(states);
      expect(client.calls.join(' ')).to.equal(calls);
    });
  }

  it('knows nothing after a failure, before a close and after it', async () => {
    for (const answers of [
      ['WECHAT_UNREACHABLE'],
      [[notPaid, notPaid], 'WECHAT_UNREACHABLE'],
    ] as Answer[][]) {
      const failure = await askAboutCombined(createClient(answers), expired, now).catch(
        (error: unknown) => error,
      );
      expect(failure).to.include({ code: 'WECHAT_UNREACHABLE' });
    }
  });
});
