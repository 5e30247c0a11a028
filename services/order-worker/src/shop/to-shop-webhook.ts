import type { OrderPaidWebhook, PaymentSucceeded, ShopWebhook } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';

/** What a webhook says and the id that it keeps over every repetition. */
export interface IdentifiedWebhook {
  readonly id: string;
  readonly webhook: ShopWebhook;
}

/** Tells the shop of a paid order. */
export function toOrderPaidWebhook(order: Order): IdentifiedWebhook {
  return {
    id: `order.paid_${order.mchId}_${order.outTradeNo}`,
    webhook: {
      type: 'order.paid',
      timestamp: (order.paidAt ?? order.updatedAt).toISOString(),
      data: toData({
        ...order,
        transactionId: order.transactionId ?? '',
        subMchId: order.subMchId ?? order.payment?.subMchId,
        openId: order.payment?.openId ?? order.openId,
        payerTotalFen: order.payment?.payerTotalFen,
        successTime: order.payment?.successTime,
      }),
    },
  };
}

/** Tells the shop of a payment whose order it never registered. */
export function toPaymentUnmatchedWebhook(payment: PaymentSucceeded, receivedAt: string): IdentifiedWebhook {
  return {
    id: `payment.unmatched_${payment.mchId}_${payment.transactionId}`,
    webhook: { type: 'payment.unmatched', timestamp: receivedAt, data: toData(payment) },
  };
}

type PaidFacts = Pick<
  PaymentSucceeded,
  'mchId' | 'appId' | 'outTradeNo' | 'transactionId' | 'amountFen' | 'currency'
> & {
  readonly [Fact in 'payerTotalFen']?: number | undefined;
} & {
  readonly [Fact in 'subMchId' | 'combineOutTradeNo' | 'openId' | 'attach' | 'successTime']?:
    | string
    | undefined;
};

function toData(paid: PaidFacts): OrderPaidWebhook['data'] {
  return {
    mchid: paid.mchId,
    appid: paid.appId,
    ...(paid.subMchId === undefined ? {} : { sub_mchid: paid.subMchId }),
    out_trade_no: paid.outTradeNo,
    ...(paid.combineOutTradeNo === undefined ? {} : { combine_out_trade_no: paid.combineOutTradeNo }),
    transaction_id: paid.transactionId,
    amount: {
      total: paid.amountFen,
      ...(paid.payerTotalFen === undefined ? {} : { payer_total: paid.payerTotalFen }),
      currency: paid.currency,
    },
    ...(paid.openId === undefined ? {} : { payer: { openid: paid.openId } }),
    ...(paid.attach === undefined ? {} : { attach: paid.attach }),
    ...(paid.successTime === undefined ? {} : { success_time: paid.successTime }),
  };
}
