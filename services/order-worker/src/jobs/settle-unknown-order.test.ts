import type { Merchant } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ApplyPayment } from './apply-payment.ts';
import { settleUnknownOrder } from './settle-unknown-order.ts';

const now = new Date('2026-11-22T08:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const job: ApplyPayment = {
  requestId: 'request',
  callbackKey: 'key',
  notificationId: 'notification',
  receivedAt: now.toISOString(),
  payment: {
    type: 'payment.succeeded',
    mchId: '1900000001',
    appId: 'wx1234567890abcdef',
    outTradeNo: 'ORDER-0001',
    transactionId: '4200000000202611220000000001',
    amountFen: 1,
    currency: 'CNY',
    tradeType: 'JSAPI',
  },
};

type Case = [
  name: string,
  unknownOrder: Merchant['unknownOrder'],
  failing: { code: string; since: Date } | undefined,
  expected: string,
];

const waiting = (minutes: number) => ({ code: 'ORDER_NOT_YET_KNOWN', since: minutesAgo(minutes) });
const cases: Case[] = [
  ['the first look', 'dead_letter', undefined, 'ORDER_NOT_YET_KNOWN'],
  ['nine minutes of looking', 'dead_letter', waiting(9), 'ORDER_NOT_YET_KNOWN'],
  ['eleven minutes of looking', 'dead_letter', waiting(11), 'ORDER_UNKNOWN'],
  [
    'an outage of eleven minutes before the first look',
    'dead_letter',
    { code: 'STORE_UNAVAILABLE', since: minutesAgo(11) },
    'ORDER_NOT_YET_KNOWN',
  ],
  ['nine minutes, where the shop is told', 'forward', waiting(9), 'ORDER_NOT_YET_KNOWN'],
  ['eleven minutes, where the shop is told', 'forward', waiting(11), 'forwarded'],
  ['eleven minutes, where it is held', 'hold', waiting(11), 'ORDER_NOT_YET_KNOWN'],
  ['a day, where it is held', 'hold', waiting(24 * 60), 'ORDER_UNKNOWN'],
];

describe('settleUnknownOrder', () => {
  for (const [name, unknownOrder, failing, expected] of cases) {
    it(`after ${name}: ${expected}`, async () => {
      const deps = {
        store: { orders: {}, callbacks: { record: async () => undefined } },
        shop: { tell: async () => ({ httpStatus: 200 }), close: () => undefined },
        clock: { now: () => now },
      };
      const settled = settleUnknownOrder(deps as never, job, { unknownOrder } as Merchant, { failing });
      const outcome = await settled.then(
        ({ outcome }) => outcome,
        (error: AppError) => error.code,
      );
      expect(outcome).to.equal(expected);
    });
  }
});
