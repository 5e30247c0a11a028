import {
  type Clock,
  defaultLane,
  type Merchant,
  type MerchantApi,
  type MerchantDirectory,
  type SettleAbnormalRefundRequest,
} from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import { findPayee, findRequest, type Order, type OrderRefund, type Store } from '@huidiao/store';
import type { AbnormalRefund, PayClient } from '@huidiao/wechat';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { toRefundResource } from './to-refund-resource.ts';

type Client = Pick<PayClient, 'settleAbnormalRefund' | 'queryRefund'>;

export interface SettleAbnormalDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'moveRefund'>;
  readonly refundClientOf: (merchant: Merchant) => Client;
  readonly directory: Pick<MerchantDirectory, 'merchants'>;
  readonly clock: Clock;
}

/** WeChat Pay is asked what became of it after this, unless its callback comes first. */
const followMs = 60_000;

/**
 * `POST /v1/orders/{out_trade_no}/refunds/{out_refund_no}/abnormal`. WeChat Pay is asked while the client waits, for what
 * names a card is kept nowhere; to repeat the request after any failure is safe.
 */
export function serveSettleAbnormal(
  deps: SettleAbnormalDeps,
): EndpointHandler<MerchantApi['settleAbnormalRefund']> {
  return async ({ params, body, caller, facts }) => {
    const { out_trade_no: outTradeNo, out_refund_no: outRefundNo } = params;
    facts.outTradeNo = outTradeNo;
    const order = await deps.orders.find(caller.merchant.mchId, outTradeNo);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    const resource = toRefundResource(order, outRefundNo);
    if (resource === undefined) return { problem: { status: 404, code: 'REFUND_NOT_FOUND' } };
    const refund = order.refunds.find((one) => one.outRefundNo === outRefundNo);
    if (refund?.status !== 'ABNORMAL') return { problem: { status: 409, code: 'REFUND_NOT_ABNORMAL' } };

    const payee = findPayee(deps.directory, caller.merchant, toPaidMchId(order, outRefundNo));
    if (payee === undefined) return { problem: { status: 422, code: 'COMBINED_PART_NOT_CONFIGURED' } };
    const abnormal = toAbnormal(refund, body, payee.subMchId);
    const refusal = await settle(deps.refundClientOf(payee.merchant), abnormal);
    if (refusal !== undefined) {
      Object.assign(facts, { outcome: 'refused', ...toRemoteFacts(refusal) });
      return { problem: toRefusalProblem(refusal) };
    }
    facts.outcome = 'settling';
    const followed = await follow(deps, order, outRefundNo, facts.requestId);
    return { status: 200, body: toRefundResource(followed, outRefundNo) ?? resource };
  };
}

/** Whom the payment went to, where that is not the merchant of the order. */
function toPaidMchId(order: Order, outRefundNo: string): string | undefined {
  return findRequest(order, outRefundNo)?.subMchId ?? order.subMchId ?? order.payment?.subMchId;
}

function toAbnormal(
  { refundId, outRefundNo }: OrderRefund,
  body: SettleAbnormalRefundRequest,
  subMchId: string | undefined,
): AbnormalRefund {
  if (body.type === 'MERCHANT_BANK_CARD') return { refundId, outRefundNo, subMchId };
  const { bank_type: bankType, bank_account: bankAccount, real_name: realName } = body;
  return { refundId, outRefundNo, subMchId, card: { bankType, bankAccount, realName } };
}

/** @returns why WeChat Pay refused it; undefined once it is under way, also by an earlier request. */
async function settle(client: Client, abnormal: AbnormalRefund): Promise<AppError | undefined> {
  try {
    await client.settleAbnormalRefund(abnormal);
    return undefined;
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code !== 'WECHAT_REFUSED' && error.code !== 'WECHAT_NOT_FOUND') throw error;
    return (await isUnderWay(client, abnormal, error)) ? undefined : error;
  }
}

/**
 * A card is encrypted differently each time, so that WeChat Pay takes a repetition for another request, and refuses it
 * because the refund is ABNORMAL no more.
 */
async function isUnderWay(client: Client, abnormal: AbnormalRefund, { details }: AppError): Promise<boolean> {
  if (details.queryFirst !== true) return false;
  const { outRefundNo, subMchId, refundId } = abnormal;
  try {
    const queried = await client.queryRefund(outRefundNo, { subMchId });
    return queried.refundId === refundId && queried.status !== 'ABNORMAL';
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'WECHAT_NOT_FOUND') return false;
    throw error;
  }
}

function toRefusalProblem({ details: { remoteCode } }: AppError): Problem {
  const detail = remoteCode === undefined ? {} : { detail: `WeChat Pay said ${remoteCode}.` };
  return { status: 422, code: 'WECHAT_REFUSED', ...detail };
}

/** One that was asked for here is under way again; of others WeChat Pay's callback tells. */
async function follow(
  { orders, clock }: SettleAbnormalDeps,
  order: Order,
  outRefundNo: string,
  requestId: string,
): Promise<Order> {
  const { mchId, outTradeNo } = order;
  const dueAt = new Date(clock.now().getTime() + followMs);
  const moved = await orders.moveRefund(
    { mchId, outTradeNo, outRefundNo },
    {
      from: ['abnormal'],
      to: 'processing',
      waits: 1,
      effect: { dueAt, requestId, lane: defaultLane },
      event: { event: 'refund.redirected', outRefundNo },
    },
  );
  return moved ?? (await orders.find(mchId, outTradeNo)) ?? order;
}
