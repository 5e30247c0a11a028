import type { JobData } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';

/** Writes what became of a payment's callback into the ledger; a repetition updates the one entry. */
export function recordPayment(
  store: Pick<Store, 'callbacks'>,
  job: JobData<'apply-payment'>,
  outcome: string,
): Promise<void> {
  return store.callbacks.record({
    key: job.callbackKey,
    mchId: job.payment.mchId,
    notificationId: job.notificationId,
    eventType: job.payment.type,
    receivedAt: new Date(job.receivedAt),
    requestId: job.requestId,
    outTradeNo: job.payment.outTradeNo,
    outcome,
  });
}
