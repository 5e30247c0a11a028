import { type PaymentSucceeded, toCheckOrderNo } from '@huidiao/contracts';
import type { Order, OrderRefund, OrderRefundRequest } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decidePayment, type PaymentDecision } from './decide-payment.ts';

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
    refunds: [],
    refundRequests: [],
    otherPayments: [],
    shipments: [],
    queries: 0,
    createdAt: at,
    updatedAt: at,
    ...facts,
  };
}

const mine = { transactionId: payment.transactionId };
const other = { transactionId: '4200000000202611220000000000' };
const held = { status: 'paid', held: 'refund_seen', ...mine } as const;
const refunded = { refundSeen: true };

/** Refunds that the order knows, as [status, fen]. */
function refunds(...known: [OrderRefund['status'], number][]): Pick<Order, 'refunds'> {
  const at = new Date('2026-11-22T08:00:00Z');
  return {
    refunds: known.map(([status, refundFen], index) => ({
      refundId: `refund-${index}`,
      outRefundNo: `refund-no-${index}`,
      status,
      refundFen,
      at,
    })),
  };
}

/** Paid late, with a refund of all of it that was asked for here and has come so far. */
function leftLate(state: OrderRefundRequest['state']): Partial<Order> {
  const at = new Date('2026-11-22T08:00:00Z');
  const asked = {
    outRefundNo: 'refund-no',
    requestedBy: 'late_payment',
    requestedAt: at,
    state,
    stateAt: at,
  };
  const counts = { attempts: 1, waits: 0, rounds: 0 };
  const request = { ...mine, ...asked, ...counts, refundFen: 8_800, totalFen: 8_800, currency: 'CNY' };
  return { status: 'paid', held: 'late', paidAt: at, ...mine, refundRequests: [request] };
}

interface Case {
  readonly name: string;
  readonly order?: Partial<Order>;
  readonly payment?: Partial<PaymentSucceeded>;
  readonly latePayment?: 'deliver' | 'refund';
  readonly toDeliverNevertheless?: true;
  readonly overruled?: string;
  readonly expected: string;
}

const cases: Case[] = [
  { name: 'an open order is paid', expected: 'pay' },
  {
    name: 'the order that verify-callback bought is paid and not delivered',
    order: { outTradeNo: toCheckOrderNo(1) },
    payment: { outTradeNo: toCheckOrderNo(1) },
    expected: 'pay-check',
  },
  {
    name: 'that order is paid and not delivered when its payment comes late, too',
    order: { outTradeNo: toCheckOrderNo(1), status: 'closed' },
    payment: { outTradeNo: toCheckOrderNo(1) },
    expected: 'pay-check late',
  },
  {
    name: 'an open order that is known to be refunded in full is paid and not delivered',
    order: refunds(['SUCCESS', 4_400], ['SUCCESS', 4_400]),
    expected: 'pay-refunded',
  },
  {
    name: 'the same where the payment says REFUND: nobody has to decide',
    order: refunds(['SUCCESS', 8_800]),
    payment: refunded,
    expected: 'pay-refunded',
  },
  {
    name: 'an open order whose refunds in part explain what the payment says is delivered',
    order: refunds(['SUCCESS', 100], ['CLOSED', 8_700]),
    payment: refunded,
    expected: 'pay',
  },
  {
    name: 'a refund in part is no reason to hold a payment that says nothing of it',
    order: refunds(['SUCCESS', 8_799]),
    expected: 'pay',
  },
  {
    name: 'another amount that a person accepts is delivered',
    payment: { amountFen: 8_700 },
    overruled: 'ORDER_AMOUNT_DIFFERS',
    expected: 'pay',
  },
  {
    name: 'another amount is accepted for a closed order too, for the person saw that it was closed',
    order: { status: 'closed' },
    payment: { amountFen: 8_700 },
    overruled: 'ORDER_AMOUNT_DIFFERS',
    expected: 'pay late',
  },
  {
    name: 'another currency is accepted by nobody',
    payment: { currency: 'USD' },
    overruled: 'ORDER_AMOUNT_DIFFERS',
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'a decision about one refusal overrules no other',
    payment: { amountFen: 8_700 },
    overruled: 'ORDER_PAID_LATE',
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'a late payment whose refund is on its way is nothing new',
    order: leftLate('processing'),
    expected: 'already-applied',
  },
  {
    name: 'a late payment whose refund was closed waits for a person, whatever comes again',
    order: leftLate('closed'),
    expected: 'refuse ORDER_LATE_NOT_REFUNDED',
  },
  {
    name: 'a late payment whose refund was refused is delivered where a person decides so',
    order: leftLate('refused'),
    overruled: 'ORDER_LATE_NOT_REFUNDED',
    expected: 'release',
  },
  {
    name: 'a late payment that a person accepts is delivered whatever the policy',
    order: { status: 'closed' },
    overruled: 'ORDER_PAID_LATE',
    expected: 'pay late',
  },
  {
    name: 'a second payment is delivered by nobody',
    order: { status: 'paid', ...other },
    payment: { amountFen: 8_700 },
    overruled: 'ORDER_AMOUNT_DIFFERS',
    expected: 'refuse ORDER_PAID_TWICE',
  },
  {
    name: 'a refund that failed explains nothing',
    order: refunds(['CLOSED', 100]),
    payment: refunded,
    expected: 'hold ORDER_REFUND_SEEN',
  },
  {
    name: 'a refund that hangs explains nothing',
    order: refunds(['ABNORMAL', 100]),
    payment: refunded,
    expected: 'hold ORDER_REFUND_SEEN',
  },
  {
    name: 'a refund in part does not explain it while the rest hangs',
    order: refunds(['SUCCESS', 100], ['ABNORMAL', 8_700]),
    payment: refunded,
    expected: 'hold ORDER_REFUND_SEEN',
  },
  {
    name: 'a closed order that is known to be refunded in full is paid and not delivered, whatever the policy',
    order: { status: 'closed', ...refunds(['SUCCESS', 8_800]) },
    expected: 'pay-refunded late',
  },
  {
    name: 'an order that is held because it was refunded stays so, whoever adds the payment again',
    order: { status: 'paid', held: 'refunded', ...mine },
    payment: refunded,
    toDeliverNevertheless: true,
    expected: 'already-applied',
  },
  {
    name: "an order of the app of a service provider's merchant is paid",
    order: { appId: 'wx00000000000000aa' },
    payment: { subMchId: '1900000109', subAppId: 'wx00000000000000aa' },
    expected: 'pay',
  },
  {
    name: 'an order that names the merchant whose it is is paid by that one alone',
    order: { subMchId: '1900000109' },
    payment: { subMchId: '1900000110' },
    expected: 'refuse ORDER_IDS_DIFFER',
  },
  {
    name: 'an order that names no such merchant is paid by any of them',
    payment: { subMchId: '1900000110' },
    expected: 'pay',
  },
  ...(['paid', 'accepted', 'fulfilled'] as const).flatMap((status): Case[] => [
    {
      name: `a re-sent payment of an order that is ${status} is applied already`,
      order: { status, ...mine },
      expected: 'already-applied',
    },
    {
      name: `its refund changes nothing for an order that is ${status}`,
      order: { status, ...mine },
      payment: refunded,
      toDeliverNevertheless: true,
      expected: 'already-applied',
    },
    {
      name: `a second payment of an order that is ${status} is refused`,
      order: { status, ...other },
      latePayment: 'deliver',
      expected: 'refuse ORDER_PAID_TWICE',
    },
  ]),
  {
    name: 'one fen too little is refused',
    order: { amountFen: 8_801 },
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'one fen too much is refused',
    order: { amountFen: 8_799 },
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'another currency is refused',
    order: { currency: 'USD' },
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'less money by coupons is no other amount',
    payment: { payerTotalFen: 1 },
    expected: 'pay',
  },
  {
    name: 'another app is refused',
    order: { appId: 'wxfedcba0987654321' },
    expected: 'refuse ORDER_IDS_DIFFER',
  },
  {
    name: 'another merchant is refused',
    order: { mchId: '1900000002' },
    expected: 'refuse ORDER_IDS_DIFFER',
  },
  {
    name: 'a late payment is given back where late payments are refunded',
    order: { status: 'closed' },
    expected: 'pay-late 8800',
  },
  {
    name: 'of a late payment only what nobody has given back is given back',
    order: { status: 'closed', ...refunds(['SUCCESS', 800], ['ABNORMAL', 1_000], ['CLOSED', 500]) },
    payment: refunded,
    expected: 'pay-late 7000',
  },
  {
    name: 'of a late payment nothing is given back while a refund of all of it hangs',
    order: { status: 'closed', ...refunds(['ABNORMAL', 8_800]) },
    expected: 'pay-late 0',
  },
  {
    name: 'a late payment is delivered where late payments are delivered',
    order: { status: 'closed' },
    latePayment: 'deliver',
    expected: 'pay late',
  },
  {
    name: 'a late payment of another amount is refused all the same',
    order: { status: 'closed', amountFen: 1 },
    latePayment: 'deliver',
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'a payment whose refund was seen is held',
    payment: refunded,
    expected: 'hold ORDER_REFUND_SEEN',
  },
  {
    name: 'a replay of one that no order was held for is no decision to deliver',
    payment: refunded,
    toDeliverNevertheless: true,
    expected: 'hold ORDER_REFUND_SEEN',
  },
  {
    name: 'a late payment whose refund was seen is held where late payments are delivered',
    order: { status: 'closed' },
    payment: refunded,
    latePayment: 'deliver',
    expected: 'hold late ORDER_REFUND_SEEN',
  },
  {
    name: 'a late payment whose refund was seen is refused where late payments are refunded',
    order: { status: 'closed' },
    payment: refunded,
    expected: 'refuse ORDER_PAID_LATE',
  },
  {
    name: 'a refunded payment of another amount is refused for its amount',
    order: { amountFen: 1 },
    payment: refunded,
    expected: 'refuse ORDER_AMOUNT_DIFFERS',
  },
  {
    name: 'a refund seen again leaves the order held, and its dead letter open',
    order: held,
    payment: refunded,
    expected: 'refuse ORDER_REFUND_SEEN',
  },
  {
    name: 'a person releases a held order',
    order: held,
    payment: refunded,
    toDeliverNevertheless: true,
    expected: 'release',
  },
  {
    name: 'a plain re-send leaves a held order as it is',
    order: held,
    expected: 'already-applied',
  },
  {
    name: 'a replay of the plain payment decides nothing about a held order',
    order: held,
    toDeliverNevertheless: true,
    expected: 'already-applied',
  },
  {
    name: 'a second payment of a held order is refused',
    order: { ...held, ...other },
    toDeliverNevertheless: true,
    payment: refunded,
    expected: 'refuse ORDER_PAID_TWICE',
  },
];

function decide(one: Omit<Case, 'name' | 'expected'>): PaymentDecision {
  const { latePayment = 'refund', toDeliverNevertheless = false, overruled } = one;
  return decidePayment(
    order(one.order ?? {}),
    { ...payment, ...one.payment },
    { latePayment },
    { toDeliverNevertheless, overruled },
  );
}

function toText(decision: PaymentDecision): string {
  if (decision.kind === 'pay-late') return `${decision.kind} ${decision.refundFen}`;
  const late = 'late' in decision && decision.late ? ['late'] : [];
  const code = 'error' in decision ? [decision.error.code] : [];
  return [decision.kind, ...late, ...code].join(' ');
}

describe('decidePayment', () => {
  for (const { name, expected, ...one } of cases) {
    it(name, () => expect(toText(decide(one))).to.equal(expected));
  }

  const refusals: [string, Omit<Case, 'name' | 'expected'>, Record<string, unknown>][] = [
    [
      'both figures when the amount differs',
      { order: { amountFen: 8_801 } },
      { orderAmountFen: 8_801, paidAmountFen: 8_800, orderCurrency: 'CNY', paidCurrency: 'CNY' },
    ],
    [
      'both currencies when they differ',
      { order: { currency: 'USD' } },
      { orderCurrency: 'USD', paidCurrency: 'CNY' },
    ],
    [
      'both apps when they differ',
      { order: { appId: 'wxfedcba0987654321' } },
      { orderAppId: 'wxfedcba0987654321', paidAppId: 'wx1234567890abcdef' },
    ],
    [
      'both transactions of an order that is paid twice',
      { order: { status: 'paid', ...other } },
      { firstTransactionId: other.transactionId, secondTransactionId: mine.transactionId },
    ],
    [
      'what came too late, and may be refunded already',
      { order: { status: 'closed' }, payment: refunded },
      { paidAmountFen: 8_800 },
    ],
    [
      'the amounts when a refund was seen',
      { payment: { ...refunded, payerTotalFen: 7_700 } },
      { orderAmountFen: 8_800, paidAmountFen: 8_800, payerTotalFen: 7_700, refundSeen: true },
    ],
    [
      'that a refund was seen of what came too late',
      { order: { status: 'closed' }, payment: refunded },
      { refundSeen: true },
    ],
  ];
  for (const [what, one, facts] of refusals) {
    it(`names order, transaction, and ${what}`, () => {
      const decision = decide(one);
      if (!('error' in decision)) throw new Error('not refused');
      expect(decision.error.details).to.include({ outTradeNo: 'ORDER-0001', ...mine, ...facts });
      expect(decision.error.kind).to.equal('permanent');
    });
  }
});
