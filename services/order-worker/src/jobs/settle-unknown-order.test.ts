import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { WaitingJob } from '@huidiao/store';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { ApplyPayment } from './apply-payment.ts';
import { settleUnknownOrder } from './settle-unknown-order.ts';

const now = new Date('2026-11-22T08:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const job: ApplyPayment = {
  requestId: 'request',
  callbackKey: 'key',
  notificationId: 'notification',
  eventType: 'TRANSACTION.SUCCESS',
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

const waitingCode = 'ORDER_NOT_YET_KNOWN';
const waiting = (minutes: number) => ({ code: waitingCode, since: minutesAgo(minutes) });
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
  [
    'an outage of eleven minutes, in which its dead letter could not be stored',
    'dead_letter',
    { code: 'ORDER_UNKNOWN', since: minutesAgo(11) },
    'ORDER_UNKNOWN',
  ],
  [
    'a shop that was busy when it was told',
    'forward',
    { code: 'SHOP_BUSY', since: minutesAgo(1) },
    'forwarded',
  ],
  ['nine minutes, where the shop is told', 'forward', waiting(9), 'ORDER_NOT_YET_KNOWN'],
  ['eleven minutes, where the shop is told', 'forward', waiting(11), 'forwarded'],
  ['eleven minutes, where it is held', 'hold', waiting(11), 'ORDER_NOT_YET_KNOWN'],
  ['a day, where it is held', 'hold', waiting(24 * 60), 'ORDER_UNKNOWN'],
];

describe('settleUnknownOrder', () => {
  const kept: WaitingJob[] = [];
  const keep = async (waitingJob: WaitingJob) => void kept.push(waitingJob);
  beforeEach(() => {
    kept.length = 0;
  });

  for (const [name, unknownOrder, failing, expected] of cases) {
    it(`after ${name}: ${expected}`, async () => {
      const deps = {
        store: { orders: {}, callbacks: { record: async () => undefined }, waitingJobs: { keep } },
        shop: { tell: async () => ({ httpStatus: 200 }), close: () => undefined },
        clock: { now: () => now },
      };
      const settled = settleUnknownOrder(deps as never, job, { unknownOrder } as Merchant, {
        failing,
        jobId: 'job',
        lane: 'bulk',
      });
      const outcome = await settled.then(
        ({ outcome }) => outcome,
        (error: AppError) => error.code,
      );
      expect(outcome).to.equal(expected);
      const begins = expected === waitingCode && failing?.code !== waitingCode;
      const order = { mchId: job.payment.mchId, outTradeNo: job.payment.outTradeNo };
      const data = { ...job, isKept: true };
      const whole = { id: 'job', name: 'apply-payment', data, lane: 'bulk', order };
      expect(kept, 'kept in MongoDB before the first wait').to.deep.equal(begins ? [whole] : []);
    });
  }

  /** When a payment of an order that nobody registers looks for it, in seconds after the first time. */
  async function looksOf(merchant: Pick<Merchant, 'unknownOrder' | 'unknownOrderAfterMs'>) {
    const looks: number[] = [];
    let atMs = 0;
    const deps = {
      store: { orders: {}, callbacks: { record: async () => undefined }, waitingJobs: { keep } },
      clock: { now: () => new Date(now.getTime() + atMs) },
    };
    for (let failing: { code: string; since: Date } | undefined; ; failing = waiting(0)) {
      looks.push(atMs / 1_000);
      const attempt = { failing, jobId: 'job', lane: 'live' as const };
      const settled = settleUnknownOrder(deps as never, job, merchant as Merchant, attempt);
      const error = await settled.then(
        () => expect.fail('it waits'),
        (thrown: AppError) => thrown,
      );
      if (error.code !== waitingCode) return looks;
      atMs += error.retryAfterMs ?? 0;
    }
  }

  it('looks for its order five times in ten minutes, soon at first', async () => {
    expect(await looksOf({ unknownOrder: 'dead_letter' })).to.deep.equal([0, 1, 15, 150, 600]);
  });

  it('looks for its order no longer than the merchant wants it to', async () => {
    const looks = (unknownOrderAfterMs: number) =>
      looksOf({ unknownOrder: 'dead_letter', unknownOrderAfterMs });
    expect(await looks(60_000)).to.deep.equal([0, 1, 15, 60]);
    expect(await looks(0)).to.deep.equal([0]);
    expect(kept, 'once, and not where it does not wait').to.have.length(1);
  });

  it('looks for its order every ten minutes of a day where it is held, whatever else is set', async () => {
    const looks = await looksOf({ unknownOrder: 'hold', unknownOrderAfterMs: 0 });
    expect(looks.slice(0, 6)).to.deep.equal([0, 1, 15, 150, 600, 1_200]);
    expect(looks.at(-1)).to.equal(24 * 3_600);
    expect(kept).to.have.length(1);
  });

  /** What was done, in its order; the shop's first answers may be failures. */
  async function settleAfterLongWait(
    unknownOrder: Merchant['unknownOrder'],
    { refusals = 0, payment = job, jobId = 'job' } = {},
  ) {
    const done: string[] = [];
    let left = refusals;
    const deps = {
      store: {
        orders: {},
        callbacks: {
          record: async ({ outcome }: { outcome: string }) => void done.push(`ledger: ${outcome}`),
        },
      },
      shop: {
        tell: async (_merchant: Merchant, id: string) => {
          done.push(`shop: ${id}`);
          left -= 1;
          if (left >= 0) throw new AppError('SHOP_BUSY');
          return { httpStatus: 200 };
        },
        close: () => undefined,
      },
      clock: { now: () => now },
    };
    for (let attempt = 0; attempt <= refusals; attempt += 1) {
      const settled = settleUnknownOrder(deps as never, payment, { unknownOrder } as Merchant, {
        failing: waiting(24 * 60),
        jobId,
        lane: 'live',
      });
      await settled.catch((error: AppError) => done.push(error.code));
    }
    return done;
  }

  it('forwards a payment under one webhook id, and the ledger says so once the shop has answered', async () => {
    const told = `shop: payment.unmatched_${job.payment.mchId}_${job.payment.transactionId}`;
    expect(await settleAfterLongWait('forward', { refusals: 1 })).to.deep.equal([
      told,
      'SHOP_BUSY',
      told,
      'ledger: forwarded',
    ]);
  });

  for (const unknownOrder of ['hold', 'dead_letter'] as const) {
    it(`enters a payment in the ledger before it becomes a dead letter, and tells no shop: ${unknownOrder}`, async () => {
      expect(await settleAfterLongWait(unknownOrder)).to.deep.equal([
        'ledger: unknown_order',
        'ORDER_UNKNOWN',
      ]);
    });
  }

  it('does not forward a payment whose refund was seen before a person says so', async () => {
    const payment: ApplyPayment = { ...job, payment: { ...job.payment, refundSeen: true } };
    expect(await settleAfterLongWait('forward', { payment })).to.deep.equal([
      'ledger: payment.refund_seen',
      'ORDER_REFUND_SEEN',
    ]);
    const replayed = { payment, jobId: 'job~replay-1' };
    expect(await settleAfterLongWait('forward', replayed)).to.include('ledger: forwarded');
  });
});
