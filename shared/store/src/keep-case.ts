import {
  type Clock,
  type JobData,
  jobCatalogue,
  queryNotificationId,
  toApplyPaymentJobId,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { DeadLetterStore } from './dead-letter.ts';
import { isLeftWithMerchant } from './is-left-with-merchant.ts';
import type { Order } from './order.ts';
import { toRefundableFen } from './refundable.ts';
import { toPaymentFact } from './to-payment-fact.ts';

export interface KeepCaseDeps {
  readonly store: { readonly deadLetters: Pick<DeadLetterStore, 'find' | 'store'> };
  readonly clock: Clock;
}

/** Which refund ended, of which payment, and in the course of what. */
interface EndedRefund {
  readonly transactionId: string;
  readonly outRefundNo: string;
  readonly requestId: string;
}

const { queue } = jobCatalogue['apply-payment'];

/**
 * Lets a person decide where WeChat Pay closed or refused, or somebody gave up, the refund of a payment that nothing is delivered for: the goods go
 * nowhere, and neither does the money. May be repeated: a case that waits, or was given up, stays as it is.
 *
 * | payment | |
 * |---|---|
 * | late | a dead letter ORDER_LATE_NOT_REFUNDED of its job |
 * | another one of the order, or held because a refund was seen: its dead letter was resolved when a person asked for the refund | the same again |
 *
 * @param order as it is now
 * @throws AppError STORE_UNAVAILABLE
 */
export async function keepCase(deps: KeepCaseDeps, order: Order, ended: EndedRefund): Promise<void> {
  if (!isLeftWithMerchant(order, ended.transactionId)) return;
  const isOwn = ended.transactionId === order.transactionId;
  if (isOwn && order.held === 'late') await keepLate(deps, order, ended);
  else await reopen(deps, order, ended);
}

async function keepLate({ store, clock }: KeepCaseDeps, order: Order, ended: EndedRefund): Promise<void> {
  const at = clock.now();
  const payload = toPayload(order, at, ended);
  const jobId = toApplyPaymentJobId(payload.payment);
  const known = await store.deadLetters.find(queue, jobId);
  if (known !== undefined && known.state !== 'resolved') return;
  const { outTradeNo, amountFen: orderAmountFen, currency: orderCurrency } = order;
  const { transactionId, outRefundNo } = ended;
  const leftFen = toRefundableFen(order);
  const details = { outTradeNo, transactionId, outRefundNo, orderAmountFen, orderCurrency, leftFen };
  const { code: errorCode, message: reason } = new AppError('ORDER_LATE_NOT_REFUNDED', { details });
  const named = { queue, jobId, jobName: 'apply-payment', payload, errorCode, reason, details };
  await store.deadLetters.store({ ...named, attempts: 1, firstAttemptAt: at, failedAt: at });
}

async function reopen(
  { store, clock }: KeepCaseDeps,
  { mchId }: Order,
  { transactionId }: EndedRefund,
): Promise<void> {
  for (const refundSeen of [false, true]) {
    const jobId = toApplyPaymentJobId({ mchId, transactionId, refundSeen });
    const known = await store.deadLetters.find(queue, jobId);
    if (known?.state !== 'resolved') continue;
    const { jobName, payload, errorCode, reason, details, attempts, firstAttemptAt } = known;
    const failedAt = clock.now();
    const named = { queue, jobId, jobName, payload, errorCode, reason, details };
    await store.deadLetters.store({ ...named, attempts, firstAttemptAt, failedAt });
  }
}

/** The job that delivers it, should a person decide so. */
function toPayload(order: Order, now: Date, { requestId }: EndedRefund): JobData<'apply-payment'> {
  const payment = toPaymentFact(order);
  return {
    requestId,
    callbackKey: toPaymentCallbackKey(payment),
    notificationId: queryNotificationId,
    eventType: 'TRANSACTION.SUCCESS',
    receivedAt: now.toISOString(),
    payment,
  };
}
