import type { Merchant, PaymentSucceeded } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';

export type PaymentDecision =
  /** Move the order to paid; `late` when it was closed and the merchant delivers late payments. */
  | { readonly kind: 'pay'; readonly late: boolean }
  /** This very payment was applied before: a re-send, or a second run of the job. */
  | { readonly kind: 'already-applied' }
  /** No fulfilment. `entry` names the event for the order's time line. */
  | { readonly kind: 'refuse'; readonly error: AppError; readonly entry: string };

/**
 * What a genuine payment means for our own order. Pure.
 *
 * WeChat Pay asks merchants to compare the amount with their own order before delivering, against forged
 * notifications and bugs (https://pay.weixin.qq.com/doc/v3/merchant/4012075420). `total` is compared, not
 * `payer_total`, which is smaller when coupons apply.
 *
 * | order | payment | decision |
 * |--- |--- |--- |
 * | any | merchant or app differ | refuse ORDER_IDS_DIFFER |
 * | any | amount or currency differ | refuse ORDER_AMOUNT_DIFFERS |
 * | paid, accepted, fulfilled | same transaction_id | already applied |
 * | paid, accepted, fulfilled | other transaction_id | refuse ORDER_PAID_TWICE |
 * | created | | pay |
 * | closed | merchant delivers late payments | pay, late |
 * | closed | merchant refunds late payments | refuse ORDER_PAID_LATE |
 */
export function decidePayment(
  order: Order,
  payment: PaymentSucceeded,
  merchant: Pick<Merchant, 'latePayment'>,
): PaymentDecision {
  if (order.mchId !== payment.mchId || order.appId !== payment.appId) {
    return refuse('ORDER_IDS_DIFFER', 'payment.ids_differ', {
      orderMchId: order.mchId,
      paidMchId: payment.mchId,
      orderAppId: order.appId,
      paidAppId: payment.appId,
    });
  }
  if (order.transactionId === payment.transactionId) return { kind: 'already-applied' };
  if (order.amountFen !== payment.amountFen || order.currency !== payment.currency) {
    return refuse('ORDER_AMOUNT_DIFFERS', 'payment.amount_differs', {
      orderAmountFen: order.amountFen,
      paidAmountFen: payment.amountFen,
      orderCurrency: order.currency,
      paidCurrency: payment.currency,
    });
  }
  switch (order.status) {
    case 'created':
      return { kind: 'pay', late: false };
    case 'closed':
      if (merchant.latePayment === 'deliver') return { kind: 'pay', late: true };
      return refuse('ORDER_PAID_LATE', 'payment.late', {
        transactionId: payment.transactionId,
        paidAmountFen: payment.amountFen,
      });
    case 'paid':
    case 'accepted':
    case 'fulfilled':
      return refuse('ORDER_PAID_TWICE', 'payment.second', {
        firstTransactionId: order.transactionId,
        secondTransactionId: payment.transactionId,
        paidAmountFen: payment.amountFen,
      });
    default:
      return order.status satisfies never;
  }

  function refuse(
    code: 'ORDER_IDS_DIFFER' | 'ORDER_AMOUNT_DIFFERS' | 'ORDER_PAID_TWICE' | 'ORDER_PAID_LATE',
    entry: string,
    differences: Record<string, string | number | undefined>,
  ): PaymentDecision {
    const details = { outTradeNo: order.outTradeNo, ...differences };
    return { kind: 'refuse', entry, error: new AppError(code, { details }) };
  }
}
