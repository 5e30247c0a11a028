import type { JobData } from './job-catalogue.ts';

/**
 * Job ids say what they are about and are stable over re-sends: BullMQ ignores an `add` under an id that still
 * exists, which is how a callback sent three times becomes one job.
 * BullMQ refuses ids with a colon and ids of digits only; `_` and `|` of an out_trade_no are fine.
 *
 * The state is part of it: the job of a payment whose refund was seen must neither be swallowed by the job of the
 * plain payment, nor its dead letter be resolved by it.
 */
export function toApplyPaymentJobId(payment: JobData<'apply-payment'>['payment']): string {
  const state = payment.refundSeen === true ? 'REFUND' : 'SUCCESS';
  return `apply-payment_${payment.mchId}_${payment.transactionId}_${state}`;
}

/** The ledger's key of a payment, the same whether a callback told of it or a query (查单). */
export function toPaymentCallbackKey(payment: JobData<'apply-payment'>['payment']): string {
  const state = payment.refundSeen === true ? 'REFUND' : 'SUCCESS';
  return `payment_${payment.mchId}_${payment.transactionId}_${state}`;
}

export function toKeepCallbackJobId(mchId: string, notificationId: string): string {
  return `keep-callback_${mchId}_${notificationId.replaceAll(/[^0-9A-Za-z-]/g, '-')}`;
}

/** An effect's id is the id of its job. One order asks for one job of a name, unless `subject` tells them apart. */
export function toEffectId(job: string, mchId: string, outTradeNo: string, subject?: string): string {
  return [job, mchId, outTradeNo, subject].filter((part) => part !== undefined).join('_');
}

/** Why a job that ran before is added again: WeChat was asked (查单), or a person replays a dead letter. */
export type RepeatReason = 'heal' | 'replay';

const counted = /~(?<why>heal|replay)-[1-9][0-9]*$/;

/**
 * The id of a repetition. An id that is still in Redis, completed or failed, would swallow the add silently, so
 * each repetition has its own number. No base id holds a `~`.
 */
export function toCountedJobId(jobId: string, why: RepeatReason, count: number): string {
  return `${toBaseJobId(jobId)}~${why}-${count}`;
}

/** The id without its count: what dead letters are kept under, so that a repetition which succeeds resolves them. */
export function toBaseJobId(jobId: string): string {
  return jobId.replace(counted, '');
}

/** Whether a person added this job again. */
export function isReplay(jobId: string): boolean {
  return counted.exec(jobId)?.groups?.why === 'replay';
}
