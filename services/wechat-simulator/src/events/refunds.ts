import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/* https://pay.weixin.qq.com/doc/v3/merchant/4012791906 and partner/4012085806 */

export type RefundState = 'SUCCESS' | 'ABNORMAL' | 'CLOSED';

function refund(about: EventSubject, state: RefundState, parties: JsonObject): JsonObject {
  return {
    ...parties,
    out_trade_no: about.outTradeNo,
    transaction_id: about.transactionId,
    out_refund_no: about.outRefundNo,
    refund_id: about.refundId,
    refund_status: state,
    // Only success has a time.
    success_time: state === 'SUCCESS' ? about.time : undefined,
    user_received_account: state === 'SUCCESS' ? '支付用户零钱' : '招商银行信用卡0403',
    amount: {
      total: about.totalFen,
      refund: about.refundFen,
      payer_total: about.totalFen,
      payer_refund: about.refundFen,
    },
  };
}

const states = [
  ['SUCCESS', 'refund', '退款成功'],
  ['ABNORMAL', 'refund-abnormal', '退款异常'],
  ['CLOSED', 'refund-closed', '退款关闭'],
] as const;

export const refundEvents: readonly PayEventSpec[] = states.flatMap(([state, alias, summary]) => {
  const common = { eventType: `REFUND.${state}`, originalType: 'refund', summary };
  return [
    {
      ...common,
      name: `REFUND.${state}`,
      aliases: [alias],
      resource: (about: EventSubject) => refund(about, state, { mchid: about.mchId }),
    },
    {
      ...common,
      name: `REFUND.${state}:partner`,
      aliases: [`${alias}-partner`],
      resource: (about: EventSubject) =>
        refund(about, state, { sp_mchid: about.mchId, sub_mchid: about.subMchId }),
    },
  ];
});
