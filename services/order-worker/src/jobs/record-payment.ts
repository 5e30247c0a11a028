import type { JobData } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import { recordCallback } from './record-callback.ts';

/** Writes what became of a payment's callback into the ledger; a repetition updates the one entry. */
export function recordPayment(
  store: Pick<Store, 'callbacks'>,
  job: JobData<'apply-payment'>,
  outcome: string,
): Promise<void> {
  const { mchId, outTradeNo, type } = job.payment;
  return recordCallback(store, job, { mchId, outTradeNo, eventType: type, outcome });
}
