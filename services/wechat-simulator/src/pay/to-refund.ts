import type { JsonObject } from '../write-json.ts';
import type { Refund } from './refund-book.ts';

function toReceiver({ state }: Refund): string {
  return state === 'ABNORMAL' ? '招商银行信用卡0403' : '支付用户零钱';
}

/** A refund as the API answers it: its state is called `status`, and the amount has more members. */
export function toRefundAnswer(refund: Refund): JsonObject {
  const { order, refundFen } = refund;
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: toReceiver(refund),
    success_time: refund.successTime,
    create_time: refund.createTime,
    status: refund.state,
    funds_account: 'AVAILABLE',
    amount: {
      total: order.totalFen,
      refund: refundFen,
      from: [],
      payer_total: order.totalFen,
      payer_refund: refundFen,
      settlement_refund: refundFen,
      settlement_total: order.totalFen,
      discount_refund: 0,
      currency: order.currency,
    },
    promotion_detail: [],
  };
}

/** A refund as its notification carries it. https://pay.weixin.qq.com/doc/v3/merchant/4012791906 */
export function toRefundResource(refund: Refund): JsonObject {
  const { order, refundFen } = refund;
  const { mchId, sub } = order;
  return {
    ...(sub === undefined ? { mchid: mchId } : { sp_mchid: mchId, sub_mchid: sub.mchId }),
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.state,
    success_time: refund.successTime,
    user_received_account: toReceiver(refund),
    amount: {
      total: order.totalFen,
      refund: refundFen,
      payer_total: order.totalFen,
      payer_refund: refundFen,
    },
  };
}
