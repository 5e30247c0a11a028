import type { JobData } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import type { Store } from '@huidiao/store';
import { recordCallback } from './record-callback.ts';

/**
 * Keeps a genuine callback that nothing here handles: its ledger entry, and by the error that this throws, a dead
 * letter that holds it whole, unless somebody else gets it whole, who sees to it. A 5xx to WeChat instead would only
 * cause useless re-sends.
 *
 * @throws AppError CALLBACK_NOT_UNDERSTOOD, CALLBACK_TYPE_UNKNOWN (both permanent).
 */
export function createKeepCallback(deps: { readonly store: Pick<Store, 'callbacks'> }) {
  return async (job: JobData<'keep-callback'>): Promise<JobOutcome> => {
    const { mchId, appId, eventType, isForwarded } = job;
    const outcome = isForwarded ? 'forwarded' : job.reason;
    await recordCallback(deps.store, job, { mchId, appId, eventType, outcome });
    if (isForwarded) return { outcome };
    const code = job.reason === 'unknown_type' ? 'CALLBACK_TYPE_UNKNOWN' : 'CALLBACK_NOT_UNDERSTOOD';
    throw new AppError(code, { details: { eventType, problem: job.problem } });
  };
}
