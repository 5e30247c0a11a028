import type { PaymentSucceeded } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decidePayment } from './decide-payment.ts';

const payment: PaymentSucceeded = {
  type: 'payment.succeeded',
  mchId: '1900000001',
  appId: 'wx1234567890abcdef',
  outTradeNo: 'ORDER-0001',
  transactionId: '4200000000202611220000000001',
  amountFen: 8_800,
  currency: 'CNY',
  tradeType: 'JSAPI',
};

function order(facts: Partial<Order>): Order {
  const at = new Date('2026-11-22T08:00:00Z');
  return {
    id: '1900000001/ORDER-0001',
    mchId: payment.mchId,
    appId: payment.appId,
    outTradeNo: payment.outTradeNo,
    description: 'Tea',
    amountFen: 8_800,
    currency: 'CNY',
    logisticsType: 3,
    timeExpire: at,
    prepay: true,
    contentHash: 'hash',
    status: 'created',
    version: 1,
    appliedEvents: [],
    effects: [],
    timeLine: [],
    createdAt: at,
    updatedAt: at,
    ...facts,
  };
}

const first = { transactionId: '4200000000202611220000000000' };
const rows: [name: string, order: Partial<Order>, latePayment: 'deliver' | 'refund', expected: string][] = [
  ['an open order is paid', {}, 'refund', 'pay'],
  [
    'a re-sent payment is applied already',
    { status: 'paid', transactionId: payment.transactionId },
    'refund',
    'already-applied',
  ],
  [
    'a re-sent payment of a fulfilled order is applied already',
    { status: 'fulfilled', transactionId: payment.transactionId },
    'refund',
    'already-applied',
  ],
  ['one fen too little is refused', { amountFen: 8_801 }, 'refund', 'ORDER_AMOUNT_DIFFERS'],
  ['one fen too much is refused', { amountFen: 8_799 }, 'refund', 'ORDER_AMOUNT_DIFFERS'],
  ['another currency is refused', { currency: 'USD' }, 'refund', 'ORDER_AMOUNT_DIFFERS'],
  ['another app is refused', { appId: 'wxfedcba0987654321' }, 'refund', 'ORDER_IDS_DIFFER'],
  ['another merchant is refused', { mchId: '1900000002' }, 'refund', 'ORDER_IDS_DIFFER'],
  [
    'a second payment of a paid order is refused',
    { status: 'paid', ...first },
    'deliver',
    'ORDER_PAID_TWICE',
  ],
  [
    'a second payment of an accepted order is refused',
    { status: 'accepted', ...first },
    'deliver',
    'ORDER_PAID_TWICE',
  ],
  [
    'a second payment of a fulfilled order is refused',
    { status: 'fulfilled', ...first },
    'deliver',
    'ORDER_PAID_TWICE',
  ],
  [
    'a late payment is refused where late payments are refunded',
    { status: 'closed' },
    'refund',
    'ORDER_PAID_LATE',
  ],
  [
    'a late payment is delivered where late payments are delivered',
    { status: 'closed' },
    'deliver',
    'pay late',
  ],
  [
    'a late payment of another amount is refused all the same',
    { status: 'closed', amountFen: 1 },
    'deliver',
    'ORDER_AMOUNT_DIFFERS',
  ],
];

describe('decidePayment', () => {
  for (const [name, facts, latePayment, expected] of rows) {
    it(name, () => {
      const decision = decidePayment(order(facts), payment, { latePayment });
      if (decision.kind === 'refuse') expect(decision.error.code).to.equal(expected);
      else expect(decision.kind === 'pay' && decision.late ? 'pay late' : decision.kind).to.equal(expected);
    });
  }

  it('names both figures when the amount differs', () => {
    const decision = decidePayment(order({ amountFen: 8_801 }), payment, { latePayment: 'refund' });
    if (decision.kind !== 'refuse') throw new Error('not refused');
    expect(decision.error.details).to.include({ orderAmountFen: 8_801, paidAmountFen: 8_800 });
    expect(decision.error.kind).to.equal('permanent');
  });
});
