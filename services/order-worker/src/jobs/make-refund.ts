import { type JobData, toRefundEffectId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Order, OrderRefundRequest } from '@huidiao/store';
import { followRefund } from '../refunds/follow-refund.ts';
import { toRefundPayee } from '../refunds/payee.ts';
import type { MakeRefundDeps, RefundAttempt } from '../refunds/refund-attempt.ts';
import { settleAgain } from '../refunds/settle-queried.ts';
import { resumeRefund, submitRefund, tellRefusal } from '../refunds/submit-refund.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';

/**
 * Makes a refund that an order asks for, once, and follows it until it is final: see submitRefund and followRefund. The
 * order says how far it has come, and each round of its effect is one run of this.
 *
 * @throws AppError ORDER_NOT_FOUND, REFUND_* (permanent: a dead letter), MERCHANT_NOT_CONFIGURED (waits), WECHAT_*,
 * STORE_UNAVAILABLE.
 */
export function createMakeRefund(deps: MakeRefundDeps) {
  return async (
    job: JobData<'make-refund'>,
    attempt: Pick<JobAttempt, 'jobId' | 'lane'>,
  ): Promise<JobOutcome> => {
    const { mchId, outTradeNo, effectId } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    const request = order.refundRequests.find(isOfEffect(order, effectId));
    if (request === undefined) throw new AppError('REFUND_NOT_FOUND', { details: { outTradeNo, effectId } });
    const merchant = deps.directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    const payee = toRefundPayee(deps.directory, merchant, order, request);
    const outcome = await goOn({ deps, job, attempt, merchant, payee, order, request });
    const { outRefundNo, refundFen, attempts } = request;
    return {
      outcome,
      outTradeNo,
      outRefundNo,
      refundFen,
      earlierAttempts: attempts,
      stateBefore: request.state,
    };
  };
}

function isOfEffect({ mchId, outTradeNo }: Order, effectId: string) {
  return ({ outRefundNo }: OrderRefundRequest): boolean =>
    toRefundEffectId(mchId, outTradeNo, outRefundNo) === effectId;
}

async function goOn(one: RefundAttempt): Promise<string> {
  const { state } = one.request;
  switch (state) {
    case 'requested':
    case 'insufficient_funds':
      return await submitRefund(one);
    case 'submitting':
      return await resumeRefund(one);
    case 'processing':
    case 'abnormal':
      return await followRefund(one);
    case 'refused':
      if (hasEffect(one)) return await tellRefusal(one);
      return 'already_settled';
    case 'succeeded':
    case 'closed':
      return await settleAgain(one);
    default:
      return state satisfies never;
  }
}

function hasEffect({ order, job }: RefundAttempt): boolean {
  return order.effects.some(({ id }) => id === job.effectId);
}
