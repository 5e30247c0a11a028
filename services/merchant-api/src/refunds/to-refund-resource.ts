import { type RefundResource, type RefundState, toRefundEffectId } from '@huidiao/contracts';
import {
  findRefundablePayment,
  findRequest,
  type Order,
  type OrderRefund,
  type OrderRefundRequest,
} from '@huidiao/store';

/** A refund of an order as the merchant sees it, ours or one made elsewhere; undefined where it has none of the number. */
export function toRefundResource(order: Order, outRefundNo: string): RefundResource | undefined {
  const request = findRequest(order, outRefundNo);
  if (request !== undefined) return toOwnRefund(order, request);
  const told = findTold(order, outRefundNo);
  return told && toElsewhere(order, told);
}

function findTold({ refunds }: Order, outRefundNo: string): OrderRefund | undefined {
  return refunds.find((refund) => refund.outRefundNo === outRefundNo);
}

/** One that was asked for here. */
export function toOwnRefund(order: Order, request: OrderRefundRequest): RefundResource {
  const { outRefundNo, state, refundId, errorCode, reason } = request;
  const told = findTold(order, outRefundNo);
  const effectId = toRefundEffectId(order.mchId, order.outTradeNo, outRefundNo);
  const effect = order.effects.find(({ id }) => id === effectId);
  const status = told?.status ?? (refundId === undefined ? undefined : 'PROCESSING');
  const waitsFor = waits[state];
  return {
    out_trade_no: order.outTradeNo,
    out_refund_no: outRefundNo,
    transaction_id: request.transactionId,
    ...(refundId === undefined ? {} : { refund_id: refundId }),
    amount: { refund: request.refundFen, total: request.totalFen, currency: request.currency },
    ...(reason === undefined ? {} : { reason }),
    state,
    ...(status === undefined ? {} : { status }),
    ...(told?.successTime === undefined ? {} : { success_time: told.successTime }),
    ...(errorCode === undefined ? {} : { error_code: errorCode }),
    attempts: request.attempts,
    ...(waitsFor === undefined ? {} : { waits_for: waitsFor }),
    ...(effect === undefined ? {} : { next_at: effect.dueAt.toISOString() }),
    requested_by: request.requestedBy,
    requested_at: request.requestedAt.toISOString(),
    state_at: request.stateAt.toISOString(),
  };
}

const waits: Readonly<Record<RefundState, RefundResource['waits_for']>> = {
  requested: 'turn',
  submitting: 'answer',
  processing: 'wechat',
  insufficient_funds: 'money',
  abnormal: 'person',
  succeeded: undefined,
  closed: undefined,
  refused: undefined,
};

const states = { SUCCESS: 'succeeded', ABNORMAL: 'abnormal', CLOSED: 'closed' } as const;

function toElsewhere(order: Order, refund: OrderRefund): RefundResource {
  const { outRefundNo, refundId, refundFen, status, successTime, at } = refund;
  const payment = findRefundablePayment(order, refund.transactionId);
  const transactionId = refund.transactionId ?? order.transactionId;
  return {
    out_trade_no: order.outTradeNo,
    out_refund_no: outRefundNo,
    ...(transactionId === undefined ? {} : { transaction_id: transactionId }),
    refund_id: refundId,
    amount: {
      refund: refundFen,
      total: payment?.amountFen ?? order.amountFen,
      currency: payment?.currency ?? order.currency,
    },
    state: states[status],
    status,
    ...(successTime === undefined ? {} : { success_time: successTime }),
    attempts: 0,
    ...(status === 'ABNORMAL' ? { waits_for: 'person' } : {}),
    requested_by: 'elsewhere',
    state_at: at.toISOString(),
  };
}
