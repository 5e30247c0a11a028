import { z } from 'zod';
import type { Context } from '../context.ts';
import { createRefundId } from '../events/event-subject.ts';
import type { KnownMerchant } from './merchants.ts';
import { type Order, wasPaid } from './order-book.ts';
import { findNotifyUrlProblem } from './prepay-request.ts';
import type { Refund } from './refund-book.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { settleRefund } from './settle-refund.ts';
import { toRefundAnswer } from './to-refund.ts';
import { toWireTime } from './wire-time.ts';

const fen = z.number().int().max(Number.MAX_SAFE_INTEGER);

/** Body of POST /v3/refund/domestic/refunds. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
const refundRequest = z
  .object({
    sub_mchid: z.string().optional(),
    transaction_id: z.string().optional(),
    out_trade_no: z.string().optional(),
    out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/, '1-64个字符，只能是数字、大小写字母_-|*@'),
    reason: z.string().max(80).optional(),
    notify_url: z.string().max(256).optional(),
    amount: z.object({ refund: fen.min(1), total: fen.min(1), currency: z.literal('CNY') }),
  })
  .refine((one) => (one.transaction_id ?? one.out_trade_no) !== undefined, {
    path: ['transaction_id'],
    message: 'transaction_id和out_trade_no必传其一',
  });
type RefundRequest = z.infer<typeof refundRequest>;

const minuteMs = 60_000;
const refundsPerOrder = 50;
const refundableMs = 365 * 24 * 60 * minuteMs;

/**
 * POST /v3/refund/domestic/refunds: accepts a refund, which is PROCESSING and then takes the course that the faults
 * say. Asking again with the same number and content gives what became of it.
 */
export function refundOrder(context: Context, merchant: KnownMerchant, body: unknown): ApiAnswer {
  const request = parseRequest(context, body);
  const content = JSON.stringify([request.transaction_id, request.out_trade_no, request.amount]);
  const known = context.refunds.find(merchant.mchId, request.out_refund_no);
  if (known !== undefined) {
    if (known.content === content) return { status: 200, body: toRefundAnswer(known) };
    throw new PayRefusal(400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试');
  }
  const order = findOrder(context, merchant, request);
  assertRefundable(context, order, request);
  const refund: Refund = {
    order,
    outRefundNo: request.out_refund_no,
    refundId: createRefundId(),
    refundFen: request.amount.refund,
    reason: request.reason,
    notifyUrl: request.notify_url ?? context.addresses.ofConsole(merchant.mchId),
    content,
    createTime: toWireTime(Date.now()),
    createdAtMs: context.clock.now(),
    state: 'PROCESSING',
  };
  context.refunds.add(refund);
  order.state = 'REFUND';
  scheduleCourse(context, refund);
  return { status: 200, body: toRefundAnswer(refund) };
}

function scheduleCourse(context: Context, refund: Refund): void {
  const { refund_course: course, refund_delay_ms } = context.faults.settings;
  if (course === 'PROCESSING') return;
  context.clock.schedule(context.clock.now() + refund_delay_ms, () => {
    if (refund.state === 'PROCESSING') settleRefund(context, refund, course);
  });
}

function parseRequest(context: Context, body: unknown): RefundRequest {
  const parsed = refundRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const { notify_url } = parsed.data;
  const problem = notify_url && findNotifyUrlProblem(notify_url, context.settings.allowPrivateNotifyHosts);
  if (problem) throw paramError('/body/notify_url', problem);
  return parsed.data;
}

function findOrder(context: Context, merchant: KnownMerchant, request: RefundRequest): Order {
  const { transaction_id, out_trade_no, sub_mchid } = request;
  const order =
    transaction_id === undefined
      ? context.orders.find(merchant.mchId, out_trade_no ?? '')
      : context.orders.findByTransaction(merchant.mchId, transaction_id);
  const isOther = order?.sub !== undefined && merchant.isServiceProvider && order.sub.mchId !== sub_mchid;
  if (order === undefined || isOther) throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
  return order;
}

function assertRefundable(context: Context, order: Order, request: RefundRequest): void {
  if (!wasPaid(order)) throw new PayRefusal(400, 'INVALID_REQUEST', '订单未支付，不能退款');
  if (request.amount.total !== order.totalFen) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '订单总金额与支付时不一致');
  }
  if (Date.now() - Date.parse(order.successTime ?? '') > refundableMs) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '订单已超过可退款的最大期限');
  }
  const others = context.refunds.ofOrder(order).filter(({ state }) => state !== 'CLOSED');
  if (others.length >= refundsPerOrder) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '一笔订单最多支持50次部分退款');
  }
  const refundedFen = others.reduce((sum, { refundFen }) => sum + refundFen, 0);
  if (refundedFen + request.amount.refund > order.totalFen) {
    throw new PayRefusal(403, 'NOT_ENOUGH', '退款金额大于可退金额');
  }
  // https://pay.weixin.qq.com/doc/v3/partner/4013163605
  const isTooSoon = others.some(({ createdAtMs }) => context.clock.now() - createdAtMs < minuteMs);
  if (isTooSoon) throw new PayRefusal(429, 'FREQUENCY_LIMITED', '同一笔订单的部分退款请间隔1分钟以上');
}

/** GET /v3/refund/domestic/refunds/{out_refund_no}. https://pay.weixin.qq.com/doc/v3/merchant/4012791884 */
export function queryRefund(context: Context, merchant: KnownMerchant, outRefundNo: string): ApiAnswer {
  const refund = context.refunds.find(merchant.mchId, outRefundNo);
  if (refund === undefined) throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
  return { status: 200, body: toRefundAnswer(refund) };
}
