import type { PaymentSucceeded } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { changeOrder, type OrderTable } from './change-order.ts';
import { isDuplicateKey } from './is-duplicate-key.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, HoldReason, Order, OrderPayment } from './order.ts';
import type { OrderRow } from './order-row.ts';
import { isPaidIn, toPayerOpenId } from './payer.ts';
import { assertFen } from './register-order.ts';

export interface PayOptions {
  /** Key of the callback that tells of the payment. */
  eventKey: string;
  /** What has to happen because of it; written by the same update. */
  effects: readonly Effect[];
  /** The order may have been closed, and is delivered nevertheless. */
  late?: boolean;
  /** Nothing follows from the payment until a person releases the order; `effects` are then not written. */
  held?: HoldReason | undefined;
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
  assertPaymentFits(from, payment);
  if (from.status !== 'created' && from.status !== 'closed') return undefined;
  if (from.status === 'closed' && options.late !== true) {
    throw new AppError('ORDER_PAID_LATE', { details: { orderId: from.id } });
  }
  const { transactionId } = payment;
  const { held, eventKey } = options;
  const guard = { _id: from.id, status: from.status, version: from.version };
  const change = {
    set: {
      status: 'paid',
      transactionId,
      payment: toOrderPayment(from, payment),
      paidAt: toPaidAt(payment, table.clock.now()),
      effects: held === undefined ? mergeEffects(from.effects, options.effects) : [],
      ...(held !== undefined && { held }),
    },
    unset: ['nextQueryAt'] as const,
    events: [{ event: 'paid', transactionId, late: from.status === 'closed' ? true : undefined, held }],
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

/** The last line of defence: whoever applies a payment compares first, and keeps what differs as a dead letter. */
function assertPaymentFits(order: Order, payment: PaymentSucceeded): void {
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
  if (payment.amountFen === order.amountFen && payment.currency === order.currency) return;
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
  const { transactionId, tradeType, successTime, payerTotalFen, bankType } = payment;
  const openId = toPayerOpenId(appId, payment);
  return {
    transactionId,
    tradeType,
    ...(successTime !== undefined && { successTime }),
    ...(payerTotalFen !== undefined && { payerTotalFen }),
    ...(bankType !== undefined && { bankType }),
    ...(openId !== undefined && { openId }),
  };
}

function toPaidAt(payment: PaymentSucceeded, now: Date): Date {
  const successTime = new Date(payment.successTime ?? Number.NaN);
  return Number.isNaN(successTime.getTime()) ? now : successTime;
}
