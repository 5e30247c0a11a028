import type { JobData } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import type { Store } from '@huidiao/store';

/**
 * Keeps a genuine callback that nothing here handles: its ledger entry, and by the error that this always
 * throws, a dead letter that holds it whole. A 5xx to WeChat instead would only cause useless re-sends.
 *
 * @throws AppError CALLBACK_NOT_UNDERSTOOD, CALLBACK_TYPE_UNKNOWN (both permanent).
 */
export function createKeepCallback(deps: { readonly store: Pick<Store, 'callbacks'> }) {
  return async (job: JobData<'keep-callback'>): Promise<JobOutcome> => {
    const code = job.reason === 'unknown_type' ? 'CALLBACK_TYPE_UNKNOWN' : 'CALLBACK_NOT_UNDERSTOOD';
    await deps.store.callbacks.record({
      key: job.callbackKey,
      mchId: job.mchId,
      notificationId: job.notificationId,
      eventType: job.eventType,
      receivedAt: new Date(job.receivedAt),
      requestId: job.requestId,
      outcome: job.reason,
    });
    throw new AppError(code, { details: { eventType: job.eventType, problem: job.problem } });
  };
}
