import type { RefundEvent } from './refund-events.ts';

/** WeChat's own words for the states of a refund. */
export const refundStatuses = {
  'refund.succeeded': 'SUCCESS',
  'refund.abnormal': 'ABNORMAL',
  'refund.closed': 'CLOSED',
} as const satisfies Readonly<Record<RefundEvent['type'], string>>;

/** The other way round. */
export const refundTypes = {
  SUCCESS: 'refund.succeeded',
  ABNORMAL: 'refund.abnormal',
  CLOSED: 'refund.closed',
} as const satisfies Readonly<Record<(typeof refundStatuses)[RefundEvent['type']], RefundEvent['type']>>;

/**
 * What became of a refund in the words of its callback, for a shop that is told although the callback did not come.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791906
 */
export function toRefundContent(refund: RefundEvent): Readonly<Record<string, unknown>> {
  const { mchId, subMchId, successTime } = refund;
  return {
    ...(subMchId === undefined ? { mchid: mchId } : { sp_mchid: mchId, sub_mchid: subMchId }),
    out_trade_no: refund.outTradeNo,
    transaction_id: refund.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refundStatuses[refund.type],
    ...(successTime === undefined ? {} : { success_time: successTime }),
    amount: { total: refund.totalFen, refund: refund.refundFen },
  };
}
