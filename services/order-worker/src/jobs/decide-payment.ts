import { isCheckOrder, type Merchant, type PaymentSucceeded } from '@huidiao/contracts';
import { AppError, type ErrorDetails } from '@huidiao/errors';
import { isLeftWithMerchant, isPaidIn, judgeRefundsOf, type Order, toLeftFen } from '@huidiao/store';

/** What the ledger and the time line say of a payment that is held because its refund was seen. */
export const refundSeenEntry = 'payment.refund_seen';
/** Likewise of one that was given back in full before it was delivered. */
export const refundedEntry = 'payment.refunded';
/** Likewise of one that came after its order was closed, and is given back. */
export const lateEntry = 'payment.late';

export type PaymentDecision =
  /** Move the order to paid; `late` when it was closed and the merchant delivers late payments. */
  | { readonly kind: 'pay'; readonly late: boolean }
  /** The same, and nothing is delivered, for all of it was given back: nothing is left to decide. */
  | { readonly kind: 'pay-refunded'; readonly late: boolean }
  /** The same, and nothing is delivered, for verify-callback bought it to see whether its callback comes. */
  | { readonly kind: 'pay-check'; readonly late: boolean }
  /**
   * The same, and nothing is delivered, for it came after the order was closed and the merchant refunds such payments:
   * `refundFen` of it, which is what nobody has given back so far. 0: all of that is under way.
   */
  | { readonly kind: 'pay-late'; readonly refundFen: number }
  /** The same, but nothing is delivered before a person says so; then refuse. */
  | ({ readonly kind: 'hold'; readonly late: boolean } & Refusal)
  /** A person says so: deliver what was held. */
  | { readonly kind: 'release' }
  /** This very payment was applied before: a re-send, or a second run of the job. */
  | { readonly kind: 'already-applied' }
  /** No fulfilment. */
  | ({ readonly kind: 'refuse' } & Refusal);

/** Why nothing is delivered. */
export interface Refusal {
  /** Becomes the dead letter. */
  readonly error: AppError;
  /** Names the event in the order's time line and the outcome in the ledger. */
  readonly entry: string;
}

export interface PaymentCircumstances {
  /** A person has read that a refund was seen, and adds the payment again. */
  readonly toDeliverNevertheless: boolean;
  /** A person has read the refusal of this code, and delivers nevertheless. */
  readonly overruled?: string | undefined;
}

/**
 * What a genuine payment means for our own order. Pure.
 *
 * WeChat Pay asks merchants to compare the amount with their own order before delivering, against forged
 * notifications and bugs (https://pay.weixin.qq.com/doc/v3/merchant/4012075420). `total` is compared, not
 * `payer_total`, which is smaller when coupons apply. A payment that says REFUND does not say how much was
 * refunded: the refunds that the order knows say it, and where they do not, a person decides. Nobody decides that a
 * payment is delivered all of which is on its way back.
 *
 * | order | payment | decision |
 * |--- |--- |--- |
 * | any | merchant or app differ | refuse ORDER_IDS_DIFFER |
 * | held refund_seen | same transaction_id, REFUND, a person decided to deliver; refunds leave something of it | release |
 * | held refund_seen | same transaction_id, REFUND | refuse ORDER_REFUND_SEEN, again |
 * | held late, and its refund was closed or refused | same transaction_id, a person decided to deliver | release |
 * | held late, and its refund was closed or refused | same transaction_id | refuse ORDER_LATE_NOT_REFUNDED |
 * | paid (also held), accepted, fulfilled | same transaction_id | already applied |
 * | any | amount or currency differ | refuse ORDER_AMOUNT_DIFFERS |
 * | created, closed | another amount, which a person accepts; refunds leave something of it, or all of it was given back | as if it were the order's |
 * | paid (also held), accepted, fulfilled | other transaction_id | refuse ORDER_PAID_TWICE |
 * | created, closed; bought by verify-callback | | pay, held as a check |
 * | created, closed; refunded in full | | pay, refunded |
 * | created | SUCCESS | pay |
 * | created; refunded in part | REFUND | pay |
 * | created | REFUND | hold, ORDER_REFUND_SEEN |
 * | closed, merchant delivers late payments | SUCCESS | pay, late |
 * | closed, merchant delivers late payments | REFUND | hold, late, ORDER_REFUND_SEEN |
 * | closed, merchant refunds late payments | SUCCESS, or REFUND with a known refund in part | pay, held late; refund what is left |
 * | closed, merchant refunds late payments | REFUND | refuse ORDER_PAID_LATE |
 * | closed | a person accepts that it was, and all of it is on its way back | refuse ORDER_PAID_LATE |
 */
export function decidePayment(
  order: Order,
  payment: PaymentSucceeded,
  merchant: Pick<Merchant, 'latePayment'>,
  { toDeliverNevertheless, overruled }: PaymentCircumstances,
): PaymentDecision {
  if (!isOfMerchant(order, payment) || !isPaidIn(order.appId, payment)) {
    return refuse('ORDER_IDS_DIFFER', {
      orderMchId: order.mchId,
      paidMchId: payment.mchId,
      orderSubMchId: order.subMchId,
      paidSubMchId: payment.subMchId,
      orderAppId: order.appId,
      paidAppId: payment.appId,
      paidSubAppId: payment.subAppId,
    });
  }
  const refunds = judgeRefundsOf(order, payment.transactionId);
  const isGoingBack = refunds !== 'full' && toLeftFen(order, payment) === 0;
  if (order.transactionId === payment.transactionId) {
    if (order.held === 'late' && isLeftWithMerchant(order)) {
      return overruled === 'ORDER_LATE_NOT_REFUNDED'
        ? { kind: 'release' }
        : refuse('ORDER_LATE_NOT_REFUNDED');
    }
    if (order.held !== 'refund_seen' || payment.refundSeen !== true) return { kind: 'already-applied' };
    return toDeliverNevertheless && !isGoingBack ? { kind: 'release' } : refuse('ORDER_REFUND_SEEN');
  }
  if (order.amountFen !== payment.amountFen || order.currency !== payment.currency) {
    const isAccepted = overruled === 'ORDER_AMOUNT_DIFFERS' && order.currency === payment.currency;
    if (!isAccepted || isGoingBack) return refuse('ORDER_AMOUNT_DIFFERS');
  }
  // Whoever accepts another amount sees that the order was closed.
  const isLateAccepted = overruled === 'ORDER_PAID_LATE' || overruled === 'ORDER_AMOUNT_DIFFERS';
  const isOpen = order.status === 'created' || order.status === 'closed';
  if (isOpen && isCheckOrder(order.outTradeNo)) return { kind: 'pay-check', late: order.status === 'closed' };
  switch (order.status) {
    case 'created':
      return pay(false);
    case 'closed':
      if (refunds === 'full') return pay(true);
      if (isLateAccepted && isGoingBack) return refuse('ORDER_PAID_LATE');
      return merchant.latePayment === 'deliver' || isLateAccepted ? pay(true) : payLate();
    case 'paid':
    case 'accepted':
    case 'fulfilled':
      return refuse('ORDER_PAID_TWICE', {
        firstTransactionId: order.transactionId,
        secondTransactionId: payment.transactionId,
      });
    default:
      return order.status satisfies never;
  }

  function pay(late: boolean): PaymentDecision {
    if (refunds === 'full') return { kind: 'pay-refunded', late };
    if (refunds === 'part') return { kind: 'pay', late };
    if (payment.refundSeen !== true) return { kind: 'pay', late };
    return { kind: 'hold', late, ...toRefusal('ORDER_REFUND_SEEN', order, payment) };
  }

  /** How much of a payment that was refunded elsewhere may be left, only the refunds can tell. */
  function payLate(): PaymentDecision {
    if (payment.refundSeen === true && refunds !== 'part') return refuse('ORDER_PAID_LATE');
    return { kind: 'pay-late', refundFen: toLeftFen(order, payment) };
  }

  function refuse(code: RefusalCode, facts?: ErrorDetails): PaymentDecision {
    return { kind: 'refuse', ...toRefusal(code, order, payment, facts) };
  }
}

/** 子商户号 is compared only where the order says one: an unknown one is no reason to refuse. */
function isOfMerchant(order: Order, payment: PaymentSucceeded): boolean {
  const isOfSub = order.subMchId === undefined || order.subMchId === payment.subMchId;
  return order.mchId === payment.mchId && isOfSub;
}

const entries = {
  ORDER_IDS_DIFFER: 'payment.ids_differ',
  ORDER_AMOUNT_DIFFERS: 'payment.amount_differs',
  ORDER_PAID_TWICE: 'payment.second',
  ORDER_PAID_LATE: lateEntry,
  ORDER_LATE_NOT_REFUNDED: lateEntry,
  ORDER_REFUND_SEEN: refundSeenEntry,
} as const;
type RefusalCode = keyof typeof entries;

/** Every refusal names what a person needs to refund or to adopt the payment: the transaction and all amounts. */
function toRefusal(
  code: RefusalCode,
  order: Order,
  payment: PaymentSucceeded,
  facts: ErrorDetails = {},
): Refusal {
  const details = {
    outTradeNo: order.outTradeNo,
    transactionId: payment.transactionId,
    orderAmountFen: order.amountFen,
    orderCurrency: order.currency,
    paidAmountFen: payment.amountFen,
    paidCurrency: payment.currency,
    payerTotalFen: payment.payerTotalFen,
    refundSeen: payment.refundSeen,
    ...facts,
  };
  return { entry: entries[code], error: new AppError(code, { details }) };
}
