import {
  billNotificationId,
  type Clock,
  type DeadLetterSink,
  jobCatalogue,
  type Merchant,
  refundStatuses,
  refundTypes,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type Order, type Store, toPaymentFact } from '@huidiao/store';
import type { BillAlarms } from './bill-alarms.ts';
import type { BillEntry } from './bill-entry.ts';

export interface KeepDifferenceDeps {
  readonly store: Pick<Store, 'deadLetters'>;
  readonly deadLetters: Pick<DeadLetterSink, 'store'>;
  readonly alarms: Pick<BillAlarms, 'raise'>;
  readonly clock: Clock;
}

/**
 * Keeps as a dead letter that the bill and our order agree on the numbers and not on the amount, and raises an alarm. Once: a
 * person's decision stands, however often the bill is checked. Its job would tell once more what is here, so that a
 * replay resolves it.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function keepDifference(
  { store, deadLetters, alarms, clock }: KeepDifferenceDeps,
  { mchId }: Pick<Merchant, 'mchId'>,
  entry: BillEntry,
  { ourFen, order, billDate }: { ourFen: number; order: Order; billDate: string },
): Promise<void> {
  const { kind, outTradeNo, transactionId, refundId, outRefundNo, amountFen: billedFen } = entry;
  const jobName = kind === 'payment' ? 'apply-payment' : 'apply-refund';
  const { queue } = jobCatalogue[jobName];
  const jobId = `${jobName}_${mchId}_${refundId ?? transactionId}_BILL`;
  if ((await store.deadLetters.find(queue, jobId)) !== undefined) return;
  // Before it is stored, for after that it is no news: who dies in between lets people hear of it twice.
  alarms.raise('bill-differs', entry, { ourFen });
  const details = { billDate, outTradeNo, transactionId, refundId, outRefundNo, billedFen, ourFen };
  const { code, message } = new AppError('BILL_AMOUNT_DIFFERS', { details });
  const now = clock.now();
  await deadLetters.store({
    queue,
    jobId,
    jobName,
    payload: toPayload(entry, { ourFen, order, jobId, now }),
    errorCode: code,
    reason: message,
    details,
    attempts: 1,
    firstAttemptAt: now,
    failedAt: now,
  });
}

interface Kept {
  readonly ourFen: number;
  readonly order: Order;
  readonly jobId: string;
  readonly now: Date;
}

/** What its callback said, as far as it is kept. */
function toPayload(entry: BillEntry, { ourFen, order, jobId, now }: Kept) {
  const { mchId, outTradeNo } = order;
  const subMchId = order.subMchId ?? order.payment?.subMchId;
  const origin = {
    requestId: jobId.slice(0, 128),
    callbackKey: jobId,
    notificationId: billNotificationId,
    receivedAt: now.toISOString(),
  };
  const { transactionId } = entry;
  const named = { mchId, ...(subMchId !== undefined && { subMchId }), outTradeNo, transactionId };
  if (entry.kind === 'payment') {
    const payment = toPaymentFact(order, { transactionId, amountFen: ourFen });
    return { ...origin, eventType: 'TRANSACTION.SUCCESS', payment };
  }
  const { refundId, outRefundNo } = entry;
  const known = order.refunds.find((refund) => refund.refundId === refundId);
  const type = refundTypes[known?.status ?? 'SUCCESS'];
  const totalFen =
    order.otherPayments.find((other) => other.transactionId === transactionId)?.amountFen ?? order.amountFen;
  const refund = { ...named, type, refundId, outRefundNo, refundFen: ourFen, totalFen, proof: 'signature' };
  return { ...origin, eventType: `REFUND.${refundStatuses[type]}`, refund };
}
