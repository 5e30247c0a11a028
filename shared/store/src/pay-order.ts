import type { PaymentSucceeded } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { changeOrder, type OrderTable } from './change-order.ts';
import { isDuplicateKey } from './is-duplicate-key.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, HoldReason, Order, OrderPayment } from './order.ts';
import type { OrderRow } from './order-row.ts';
import { isPaidIn, toPayerOpenId } from './payer.ts';
import { isRefundEffect } from './record-refund.ts';
import type { NewRefundRequest } from './refund-request.ts';
import { assertFen } from './register-order.ts';
import { toRefundRequest } from './request-refund.ts';

export interface PayOptions {
  /** Key of the callback that tells of the payment. */
  eventKey: string;
  /** What has to happen because of it; written by the same update. */
  effects: readonly Effect[];
  /** The order may have been closed, and is delivered nevertheless. */
  late?: boolean;
  /** Nothing is delivered until a person releases the order: `effects` are not written then, but for those of `refund`. */
  held?: HoldReason | undefined;
  /** A refund of this very payment, asked for at once. */
  refund?: NewRefundRequest | undefined;
  /** A person accepts what was paid, in the order's currency, for the order: it then comes to that. */
  decidedBy?: string | undefined;
}

/**
 * `created | closed → paid`, once, by status and version: `undefined` when someone was faster, or when the order
 * is in no such status; re-read it then.
 * @throws AppError ORDER_IDS_DIFFER and ORDER_AMOUNT_DIFFERS when this payment is not for this order,
 *   ORDER_PAID_LATE for a closed order unless `late` says so, ORDER_PAID_TWICE when its transaction has already paid another order of the merchant, STORE_UNAVAILABLE
 */
export async function payOrder(
  table: OrderTable,
  from: Order,
  payment: PaymentSucceeded,
  options: PayOptions,
): Promise<Order | undefined> {
  assertPaymentFits(from, payment, options.decidedBy !== undefined);
  if (from.status !== 'created' && from.status !== 'closed') return undefined;
  if (from.status === 'closed' && options.late !== true) {
    throw new AppError('ORDER_PAID_LATE', { details: { orderId: from.id } });
  }
  const { transactionId } = payment;
  const { held, eventKey, decidedBy } = options;
  const hasEffects = held === undefined || options.refund !== undefined;
  const isAccepted = payment.amountFen !== from.amountFen;
  const now = table.clock.now();
  const guard = { _id: from.id, status: from.status, version: from.version };
  const change = {
    set: {
      status: 'paid',
      transactionId,
      ...(isAccepted && { amountFen: payment.amountFen }),
      payment: toOrderPayment(from, payment),
      ...toAdopted(from, transactionId),
      paidAt: toPaidAt(payment, now),
      frozenSince: toPaidAt(payment, now),
      effects: mergeEffects(toLeft(from, held), hasEffects ? options.effects : []),
      ...(held !== undefined && { held }),
      ...(options.refund !== undefined && {
        refundRequests: [...from.refundRequests, toRefundOf(from, payment, options.refund, now)],
      }),
    },
    // Nothing is prepaid any more: see recordPrepay.
    unset: ['nextQueryAt', 'prepayOptions.scene_info'] as const,
    events: [
      {
        event: 'paid',
        transactionId,
        late: from.status === 'closed' ? true : undefined,
        held,
        decidedBy,
        orderedAmountFen: isAccepted ? from.amountFen : undefined,
      },
    ],
    eventKey,
  };
  return await table.run('orders.pay', async () => {
    try {
      return await changeOrder(table, guard, change);
    } catch (error) {
      if (!isDuplicateKey(error, ['mchId', 'transactionId'])) throw error;
      throw await toPaidTwice(table, from, transactionId);
    }
  });
}

/** A payment that was refused before, and that a person accepts now, is the order's own from now on, with its refunds. */
function toAdopted({ otherPayments, refunds }: Order, own: string): Partial<OrderRow> {
  if (!otherPayments.some(({ transactionId }) => transactionId === own)) return {};
  return {
    otherPayments: otherPayments.filter(({ transactionId }) => transactionId !== own),
    refunds: refunds.map(({ transactionId, ...refund }) =>
      transactionId === undefined || transactionId === own ? refund : { ...refund, transactionId },
    ),
  };
}

/** Of an order that is held nothing is delivered and nobody told; refunds of its other payments are made all the same. */
function toLeft({ effects }: Order, held: HoldReason | undefined): readonly Effect[] {
  return held === undefined ? effects : effects.filter(isRefundEffect);
}

function toRefundOf(order: Order, payment: PaymentSucceeded, wanted: NewRefundRequest, now: Date) {
  const { transactionId, amountFen, currency } = payment;
  const subMchId = order.subMchId ?? payment.subMchId;
  const paidAt = toPaidAt(payment, now);
  const own = { transactionId, amountFen, currency, paidAt, ...(subMchId !== undefined && { subMchId }) };
  return toRefundRequest(order, own, wanted, now);
}

/** The last line of defence: whoever applies a payment compares first, and keeps what differs as a dead letter. */
function assertPaymentFits(order: Order, payment: PaymentSucceeded, isAccepted: boolean): void {
  const { mchId, appId, subAppId, subMchId, outTradeNo } = payment;
  const isOfMerchant = mchId === order.mchId && (order.subMchId ?? subMchId) === subMchId;
  if (!isOfMerchant || !isPaidIn(order.appId, payment) || outTradeNo !== order.outTradeNo) {
    const details = {
      orderId: order.id,
      orderAppId: order.appId,
      mchId,
      subMchId,
      appId,
      subAppId,
      outTradeNo,
    };
    throw new AppError('ORDER_IDS_DIFFER', { details });
  }
  assertFen(payment.amountFen);
  const isSameAmount = payment.amountFen === order.amountFen || isAccepted;
  if (isSameAmount && payment.currency === order.currency) return;
  const expected = { orderAmountFen: order.amountFen, orderCurrency: order.currency };
  const details = { ...expected, paidAmountFen: payment.amountFen, paidCurrency: payment.currency };
  throw new AppError('ORDER_AMOUNT_DIFFERS', { details: { orderId: order.id, ...details } });
}

async function toPaidTwice(table: OrderTable, order: Order, transactionId: string): Promise<AppError> {
  const other = await table.rows.findOne({ mchId: order.mchId, transactionId }).lean<OrderRow>();
  const details = { outTradeNo: order.outTradeNo, transactionId, otherOutTradeNo: other?.outTradeNo };
  return new AppError('ORDER_PAID_TWICE', {
    message: 'This transaction has already paid another order.',
    details,
  });
}

function toOrderPayment({ appId }: Order, payment: PaymentSucceeded): OrderPayment {
  const { transactionId, tradeType, successTime, payerTotalFen, bankType, subMchId } = payment;
  const openId = toPayerOpenId(appId, payment);
  return {
    transactionId,
    tradeType,
    ...(successTime !== undefined && { successTime }),
    ...(payerTotalFen !== undefined && { payerTotalFen }),
    ...(bankType !== undefined && { bankType }),
    ...(openId !== undefined && { openId }),
    ...(subMchId !== undefined && { subMchId }),
  };
}

function toPaidAt(payment: PaymentSucceeded, now: Date): Date {
  const successTime = new Date(payment.successTime ?? Number.NaN);
  return Number.isNaN(successTime.getTime()) ? now : successTime;
}
