import type { JobData } from '@huidiao/contracts';
import type { CallbackRecord, Store } from '@huidiao/store';

/** Any job that is about a callback. */
type CallbackJob = Pick<
  JobData<'apply-event'>,
  'callbackKey' | 'notificationId' | 'receivedAt' | 'requestId'
>;

/** What the ledger is told of a callback besides what its job says of it. */
type Told = Pick<CallbackRecord, 'mchId' | 'appId' | 'eventType' | 'outTradeNo' | 'outcome' | 'counts'>;

/** Writes what became of a callback into the ledger; a repetition updates the one entry. */
export function recordCallback(store: Pick<Store, 'callbacks'>, job: CallbackJob, told: Told): Promise<void> {
  return store.callbacks.record({
    key: job.callbackKey,
    notificationId: job.notificationId,
    receivedAt: new Date(job.receivedAt),
    requestId: job.requestId,
    ...told,
  });
}
