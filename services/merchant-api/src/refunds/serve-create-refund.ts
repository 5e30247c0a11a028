import {
  type Clock,
  type CreateRefundRequest,
  defaultLane,
  type Merchant,
  type MerchantApi,
  toFullRefundNo,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import {
  addEffectJobs,
  findRefundablePayment,
  mostRefunds,
  type NewRefundRequest,
  type NotRefundableReason,
  type Order,
  type RequestedRefund,
  type Store,
  toRefundEffect,
} from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import type { PayingMerchant } from '../orders/paying-merchant.ts';
import { toRefundResource } from './to-refund-resource.ts';

export interface CreateRefundDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'requestRefund'>;
  readonly producer: Pick<Producer, 'add'>;
  /** Where WeChat Pay announces what becomes of the refunds of a merchant. */
  readonly payingOf: (merchant: Merchant) => PayingMerchant;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After this the reconciler adds the job of a refund that Redis did not take. */
const graceMs = 10_000;

/**
 * `POST /v1/orders/{out_trade_no}/refunds`: 201 the first time, 200 when repeated. What is stored here is that the refund
 * is wanted; a worker makes it.
 */
export function serveCreateRefund(deps: CreateRefundDeps): EndpointHandler<MerchantApi['createRefund']> {
  return async ({ params, body, caller, facts }) => {
    const { mchId } = caller.merchant;
    const outTradeNo = params.out_trade_no;
    facts.outTradeNo = outTradeNo;
    const order = await deps.orders.find(mchId, outTradeNo);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    const outRefundNo = body.out_refund_no ?? findFullRefundNo(order, body);
    if (outRefundNo === undefined) return { problem: toUnnumbered(order, body) };

    const { notifyUrl } = deps.payingOf(caller.merchant);
    const wanted = { ...toNewRequest(body, outRefundNo), notifyUrl };
    const dueAt = new Date(deps.clock.now().getTime() + graceMs);
    const cause = { requestId: facts.requestId, lane: defaultLane };
    const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo }, cause, dueAt);
    const requested = await deps.orders.requestRefund(mchId, outTradeNo, wanted, { effects: [effect] });
    if (requested === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    facts.outcome = requested.outcome;
    if (requested.outcome !== 'requested' && requested.outcome !== 'same')
      return { problem: toRefusal(requested, wanted) };

    const resource = toRefundResource(requested.order, outRefundNo);
    if (resource === undefined) throw new AppError('ORDER_CHANGED_MEANWHILE');
    if (requested.outcome === 'same') return { status: 200, body: resource };
    await addEffectJobs(deps.producer, requested.order, [effect], deps.logger);
    const location = `/v1/orders/${encodeURIComponent(outTradeNo)}/refunds/${encodeURIComponent(outRefundNo)}`;
    return { status: 201, body: resource, headers: { location } };
  };
}

/** Only a refund of all of a payment has a number by itself: of two others that are alike nobody knows if they are one. */
function findFullRefundNo(order: Order, { transaction_id, amount }: CreateRefundRequest): string | undefined {
  const payment = findRefundablePayment(order, transaction_id);
  return payment?.amountFen === amount.refund ? toFullRefundNo(payment.transactionId) : undefined;
}

function toUnnumbered(order: Order, { transaction_id }: CreateRefundRequest): Problem {
  if (findRefundablePayment(order, transaction_id) === undefined) return toNotRefundable('not_paid');
  const message = 'is required unless all of the payment is refunded';
  return { status: 400, code: 'REQUEST_INVALID', errors: [{ field: 'out_refund_no', message }] };
}

function toNewRequest(body: CreateRefundRequest, outRefundNo: string): NewRefundRequest {
  return {
    outRefundNo,
    refundFen: body.amount.refund,
    transactionId: body.transaction_id,
    reason: body.reason,
    goods: body.goods_detail?.map((goods) => ({
      merchantGoodsId: goods.merchant_goods_id,
      ...(goods.wechatpay_goods_id === undefined ? {} : { wechatpayGoodsId: goods.wechatpay_goods_id }),
      ...(goods.goods_name === undefined ? {} : { goodsName: goods.goods_name }),
      unitPriceFen: goods.unit_price,
      refundFen: goods.refund_amount,
      refundQuantity: goods.refund_quantity,
    })),
    fundsAccount: body.funds_account,
    requestedBy: 'api',
  };
}

function toRefusal(requested: RequestedRefund, { refundFen }: NewRefundRequest): Problem {
  const { outcome, refundableFen, reason } = requested;
  if (outcome === 'conflict') return { status: 409, code: 'REFUND_CONFLICT' };
  if (outcome === 'exceeds') {
    const detail = `${refundFen} fen were asked for; ${refundableFen} fen are left of the payment.`;
    return { status: 409, code: 'REFUND_EXCEEDS_PAYMENT', detail };
  }
  return toNotRefundable(reason ?? 'not_paid');
}

const whyNotRefundable: Readonly<Record<NotRefundableReason, string>> = {
  not_paid: 'The order knows of no such payment.',
  too_old: 'The payment was made more than 365 days ago.',
  too_many: `The payment has ${mostRefunds} refunds, which is as many as WeChat Pay takes.`,
};

function toNotRefundable(reason: NotRefundableReason): Problem {
  return { status: 409, code: 'ORDER_NOT_REFUNDABLE', detail: whyNotRefundable[reason] };
}
