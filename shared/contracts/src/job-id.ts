import type { RefundEvent } from './events/refund-events.ts';
import type { JobData } from './job-catalogue.ts';

/**
 * Job ids say what they are about and are stable over re-sends: BullMQ ignores an `add` under an id that still
 * exists, which is how a callback sent three times becomes one job.
 * BullMQ refuses ids with a colon and ids of digits only; `_` and `|` of an out_trade_no are fine.
 *
 * The state is part of it: the job of a payment whose refund was seen must neither be swallowed by the job of the
 * plain payment, nor its dead letter be resolved by it.
 */
export function toApplyPaymentJobId(
  payment: Pick<JobData<'apply-payment'>['payment'], 'mchId' | 'transactionId' | 'refundSeen'>,
): string {
  const state = payment.refundSeen === true ? 'REFUND' : 'SUCCESS';
  return `apply-payment_${payment.mchId}_${payment.transactionId}_${state}`;
}

/** The ledger's key of a payment, the same whether a callback told of it or a query (查单). */
export function toPaymentCallbackKey(
  payment: Pick<JobData<'apply-payment'>['payment'], 'mchId' | 'transactionId' | 'refundSeen'>,
): string {
  const state = payment.refundSeen === true ? 'REFUND' : 'SUCCESS';
  return `payment_${payment.mchId}_${payment.transactionId}_${state}`;
}

/** Where the ledger has the id of a notification (通知ID): no callback told of the fact, but a query (查单). */
export const queryNotificationId = 'query';
/** Likewise where the bill of the day (对账) brought somebody to ask. */
export const billNotificationId = 'bill';

/**
 * A refund's state is part of it: ABNORMAL may become SUCCESS. One that is not signed has an id of its own, or anybody
 * who knows the key of API v2 could keep a signed one out while it is retried.
 */
export function toApplyRefundJobId(refund: RefundEvent): string {
  const unproven = refund.proof === 'key_alone' ? '_UNPROVEN' : '';
  return `apply-refund_${refund.mchId}_${refund.refundId}_${toRefundState(refund)}${unproven}`;
}

/** The ledger's key of what became of a refund, the same in every version of the API. */
export function toRefundCallbackKey(refund: Pick<RefundEvent, 'mchId' | 'refundId' | 'type'>): string {
  return `refund_${refund.mchId}_${refund.refundId}_${toRefundState(refund)}`;
}

function toRefundState(refund: Pick<RefundEvent, 'type'>): string {
  return refund.type.slice('refund.'.length).toUpperCase();
}

/** The id of a job that is about a callback, of which there is one of each name; `subject` tells several apart. */
export function toCallbackJobId(
  job: 'apply-event' | 'keep-callback' | 'forward-event' | 'pass-through',
  callbackKey: string,
  subject?: string,
): string {
  const id = [job, callbackKey, subject].filter((part) => part !== undefined).join('_');
  return id.replaceAll(/[^0-9A-Za-z_.|*-]/g, '-');
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

/**
 * The id of an effect's job in a round (Effect.round): the job that put the effect off has completed and is still in
 * Redis under the id of its own round.
 */
export function toEffectJobId(effect: { readonly id: string; readonly round?: number }): string {
  const { id, round = 0 } = effect;
  return round === 0 ? id : toCountedJobId(id, 'heal', round);
}

/** The effect by which WeChat is told of a shipment. */
export function toUploadEffectId(
  { mchId, outTradeNo }: { readonly mchId: string; readonly outTradeNo: string },
  shipmentId: string,
): string {
  return toEffectId('upload-shipment', mchId, outTradeNo, shipmentId);
}

/** The shipment that an effect of toUploadEffectId is about. */
export function toUploadedShipmentId(
  order: { readonly mchId: string; readonly outTradeNo: string },
  effectId: string,
): string {
  return effectId.slice(toUploadEffectId(order, '').length);
}

const requestedPrefix = 'send-message_';
/** The effect that makes a refund of an order and follows it: one for each number. */
export function toRefundEffectId(mchId: string, outTradeNo: string, outRefundNo: string): string {
  return toEffectId('make-refund', mchId, outTradeNo, outRefundNo);
}

const messagePrefix = 'send-subscribe-message_';
const reportPrefix = 'report-undeliverable_';

/** The effect that tells the shop of a message which reached nobody. @param messageKey the effect that the message is */
export function toReportEffectId(messageKey: string): string {
  return messageKey.replace(messagePrefix, reportPrefix);
}

/** The message that an effect of toReportEffectId is about. */
export function toReportedMessageKey(effectId: string): string {
  return effectId.replace(reportPrefix, messagePrefix);
}

/** The key of a message that no order asked for; also the id of its job. @param messageId unique within the merchant */
export function toMessageKey(mchId: string, messageId: string): string {
  return `${requestedPrefix}${mchId}_${messageId}`;
}

/** The id of the job that tells the shop of such a message. */
export function toReportJobId(messageKey: string): string {
  return messageKey.replace(requestedPrefix, 'report-message_');
}

/** Whether nobody but its own row waits for a message. */
export function isRequestedMessage(key: string): boolean {
  return key.startsWith(requestedPrefix);
}

/** The id without its count: what dead letters are kept under, so that a repetition which succeeds resolves them. */
export function toBaseJobId(jobId: string): string {
  return jobId.replace(counted, '');
}

/** Whether a person added this job again. */
export function isReplay(jobId: string): boolean {
  return counted.exec(jobId)?.groups?.why === 'replay';
}
