import type { Context } from '../context.ts';
import { assertRefundable } from './assert-refundable.ts';
import { makeRefund } from './make-refund.ts';
import type { KnownMerchant } from './merchants.ts';
import type { Order } from './order-book.ts';
import { writeInOrder } from './prepay-order.ts';
import type { Refund } from './refund-book.ts';
import { parseRefundRequest, type RefundRequest } from './refund-request.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { settleRefund } from './settle-refund.ts';
import { toRefundAnswer } from './to-refund.ts';

/**
 * POST /v3/refund/domestic/refunds: accepts a refund, which is PROCESSING and then takes the course that the faults
 * say. Asking again with the same number and content gives what became of it. While one refund of a user is being
 * accepted, which takes `refund_latency_ms`, no other of the same user is.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791883
 */
export async function refundOrder(
  context: Context,
  merchant: KnownMerchant,
  body: unknown,
): Promise<ApiAnswer> {
  const request = parseRefundRequest(context, body);
  const order = findOrder(context, merchant, request);
  const user = order.openId || order.sub?.openId || `${order.mchId}/${order.outTradeNo}`;
  if (!context.refunds.occupy(user)) {
    throw new PayRefusal(429, 'FREQUENCY_LIMITED', '同一用户的多笔退款请分批进行，避免并发退款');
  }
  try {
    const { refund_latency_ms } = context.faults.settings;
    if (refund_latency_ms > 0) await context.clock.sleep(refund_latency_ms);
    return { status: 200, body: toRefundAnswer(acceptRefund(context, order, request, writeInOrder(body))) };
  } finally {
    context.refunds.release(user);
  }
}

function findOrder(context: Context, merchant: KnownMerchant, request: RefundRequest): Order {
  const { transaction_id, out_trade_no = '', sub_mchid } = request;
  const order =
    transaction_id === undefined
      ? context.orders.find(merchant.mchId, out_trade_no)
      : context.orders.findByTransaction(merchant.mchId, transaction_id);
  if (order === undefined) throw toNotFound(context, transaction_id);
  assertParties(merchant, order, sub_mchid, '/body/sub_mchid');
  return order;
}

/**
 * A part of a combined order is its own mchid's to refund. Whoever made the whole is told, of its transaction, that the
 * request does not fit the order, and, of its number, that there is no such order.
 * https://developers.weixin.qq.com/community/personal/oCJUsw_wcdsDhllrDoGjJo6UwkiU/question
 */
function toNotFound(context: Context, transactionId: string | undefined): PayRefusal {
  const isPart = ({ transactionId: own, isSubOrder }: Order) => isSubOrder === true && own === transactionId;
  const isOfAnother = transactionId !== undefined && context.orders.all().some(isPart);
  return isOfAnother ? doesNotFit() : new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
}

function doesNotFit(): PayRefusal {
  return new PayRefusal(400, 'INVALID_REQUEST', '您的请求参数与订单信息不一致');
}

/**
 * A service provider says of which merchant below it the order is. A direct merchant has none; what it is told that names
 * one nonetheless is nowhere written, and refused here, for nobody should rely on its being overlooked.
 */
export function assertParties(
  merchant: KnownMerchant,
  { sub }: Order,
  subMchId: string | undefined,
  field: string,
): void {
  if (merchant.isServiceProvider !== true && subMchId !== undefined) throw doesNotFit();
  if (merchant.isServiceProvider !== true || sub === undefined) return;
  if (subMchId === undefined) throw paramError(field, '服务商模式下sub_mchid必传');
  if (subMchId !== sub.mchId) throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
}

function acceptRefund(context: Context, order: Order, request: RefundRequest, content: string): Refund {
  const known = context.refunds.find(order.mchId, request.out_refund_no);
  if (known?.content === content) return known;
  if (known !== undefined) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试');
  }
  assertRefundable(context, order, request.amount);
  if (!context.balances.takeRefund(order, request.amount.refund)) {
    throw new PayRefusal(403, 'NOT_ENOUGH', '商户账户余额不足，请充值后用原单号重试');
  }
  const refund = makeRefund(context, order, {
    outRefundNo: request.out_refund_no,
    refundFen: request.amount.refund,
    reason: request.reason,
    notifyUrl: request.notify_url,
    content,
  });
  scheduleCourse(context, refund);
  return refund;
}

function scheduleCourse(context: Context, refund: Refund): void {
  const { refund_course: course, refund_delay_ms } = context.faults.settings;
  if (course === 'PROCESSING') return;
  context.clock.schedule(context.clock.now() + refund_delay_ms, () => {
    if (refund.state === 'PROCESSING') settleRefund(context, refund, course);
  });
}

/**
 * GET /v3/refund/domestic/refunds/{out_refund_no}, by a service provider with ?sub_mchid=.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791884
 */
export function queryRefund(
  context: Context,
  merchant: KnownMerchant,
  outRefundNo: string,
  subMchId: unknown,
): ApiAnswer {
  const refund = context.refunds.find(merchant.mchId, outRefundNo);
  if (refund === undefined) throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
  const asked = typeof subMchId === 'string' ? subMchId : undefined;
  assertParties(merchant, refund.order, asked, '/query/sub_mchid');
  return { status: 200, body: toRefundAnswer(refund) };
}
