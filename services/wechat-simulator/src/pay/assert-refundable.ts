import type { Context } from '../context.ts';
import { type Order, wasPaid } from './order-book.ts';
import { PayRefusal } from './refusal.ts';

const minuteMs = 60_000;
const refundsPerOrder = 50;
const refundableMs = 365 * 24 * 60 * minuteMs;

/**
 * Throws PayRefusal where the order cannot be refunded by that much: unpaid, another total, older than 365 days, the
 * 51st refund, more than is left, or less than a minute after the refund before it. Times are simulated.
 * https://pay.weixin.qq.com/doc/v3/partner/4013163605,
 * https://developers.weixin.qq.com/community/pay/doc/000c86698204e078e252aef9561000
 */
export function assertRefundable(
  context: Context,
  order: Order,
  wanted: { readonly refund: number; readonly total: number },
): void {
  const now = context.clock.now();
  if (!wasPaid(order)) throw refusal('订单未支付，不能退款');
  if (wanted.total !== order.totalFen) throw refusal('订单总金额与支付时不一致');
  if (now - (order.paidAtMs ?? now) > refundableMs) throw refusal('订单已超过可退款的最大期限');
  const refunds = context.refunds.ofOrder(order);
  if (refunds.filter(({ state }) => state !== 'CLOSED').length >= refundsPerOrder) {
    throw refusal('一笔订单最多支持50次部分退款');
  }
  if (wanted.refund > context.refunds.leftFen(order)) throw refusal('申请退款金额超过订单可退金额');
  if (refunds.some(({ createdAtMs }) => now - createdAtMs < minuteMs)) {
    throw new PayRefusal(429, 'FREQUENCY_LIMITED', '同一笔订单的部分退款请间隔1分钟以上');
  }
}

function refusal(message: string): PayRefusal {
  return new PayRefusal(400, 'INVALID_REQUEST', message);
}
