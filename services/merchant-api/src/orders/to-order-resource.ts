import type { OrderResource } from '@huidiao/contracts';
import type { Order, OrderRefund, OrderSettlement, OrderShipping, TimeLineEntry } from '@huidiao/store';
import { toOwnRefund } from '../refunds/to-refund-resource.ts';
import { toShipmentResource } from '../shipments/to-shipment-resource.ts';

/**
 * An order as the merchant sees it. The openid is left out: the merchant has it, and whoever reads over the
 * shoulder of a support screen need not.
 */
export function toOrderResource(order: Order): OrderResource {
  return {
    mchid: order.mchId,
    appid: order.spAppId ?? order.appId,
    ...(order.subMchId === undefined ? {} : { sub_mchid: order.subMchId }),
    ...(order.subAppId === undefined ? {} : { sub_appid: order.subAppId }),
    out_trade_no: order.outTradeNo,
    ...(order.combineOutTradeNo === undefined ? {} : { combine_out_trade_no: order.combineOutTradeNo }),
    status: order.status,
    description: order.description,
    amount: { total: order.amountFen, currency: order.currency },
    logistics_type: order.logisticsType,
    ...(order.attach === undefined ? {} : { attach: order.attach }),
    time_expire: order.timeExpire.toISOString(),
    ...(order.transactionId === undefined ? {} : { transaction_id: order.transactionId }),
    ...(order.paidAt === undefined ? {} : { paid_at: order.paidAt.toISOString() }),
    created_at: order.createdAt.toISOString(),
    ...(order.held === undefined ? {} : { held: order.held }),
    refunds: order.refunds.map(toToldRefund),
    refund_requests: order.refundRequests.map((request) => toOwnRefund(order, request)),
    ...(order.shipping === undefined ? {} : { shipping: toShippingResource(order.shipping) }),
    ...(order.settlement === undefined ? {} : { settlement: toSettlementResource(order.settlement) }),
    shipments: order.shipments.map(toShipmentResource),
    pending: order.effects.map(({ job, dueAt }) => ({ job, due_at: dueAt.toISOString() })),
    time_line: order.timeLine.map(toTimeLineResource),
  };
}

function toToldRefund(refund: OrderRefund): OrderResource['refunds'][number] {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    ...(refund.transactionId === undefined ? {} : { transaction_id: refund.transactionId }),
    status: refund.status,
    amount: { refund: refund.refundFen },
    ...(refund.successTime === undefined ? {} : { success_time: refund.successTime }),
    recorded_at: refund.at.toISOString(),
  };
}

function toShippingResource(shipping: OrderShipping): OrderResource['shipping'] {
  const { remindedAt, shippedAt, estimatedSettlementAt, signedAt, receiptRemindedAt } = shipping;
  return {
    ...(remindedAt === undefined ? {} : { reminded_at: remindedAt.toISOString() }),
    ...(shippedAt === undefined ? {} : { shipped_at: shippedAt.toISOString() }),
    ...(estimatedSettlementAt === undefined
      ? {}
      : { estimated_settlement_at: estimatedSettlementAt.toISOString() }),
    ...(signedAt === undefined ? {} : { signed_at: signedAt.toISOString() }),
    ...(receiptRemindedAt === undefined ? {} : { receipt_reminded_at: receiptRemindedAt.toISOString() }),
  };
}

function toSettlementResource(settlement: OrderSettlement): OrderResource['settlement'] {
  const { settledAt, confirmReceivedAt, confirmReceiveMethod } = settlement;
  return {
    settled_at: settledAt.toISOString(),
    ...(confirmReceivedAt === undefined ? {} : { confirm_received_at: confirmReceivedAt.toISOString() }),
    ...(confirmReceiveMethod === undefined ? {} : { confirm_receive_method: confirmReceiveMethod }),
  };
}

/** One entry, its facts under the names that WeChat's own answers use (transactionId → transaction_id). */
function toTimeLineResource(entry: TimeLineEntry): OrderResource['time_line'][number] {
  const { at, event, ...facts } = entry;
  const shown = Object.entries(facts)
    .filter(([name]) => !isOpenId(name))
    .map(([name, fact]) => [toWireName(name), fact instanceof Date ? fact.toISOString() : fact]);
  return { ...Object.fromEntries(shown), at: at.toISOString(), event };
}

function isOpenId(name: string): boolean {
  return name.toLowerCase().includes('openid');
}

function toWireName(name: string): string {
  if (name === 'mchId' || name === 'appId') return name.toLowerCase();
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
