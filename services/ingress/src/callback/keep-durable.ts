import type { Lane } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { GenuineCallback } from '@huidiao/wechat';
import type { DurabilityOutcome, DurableStores } from '../durable/durable-stores.ts';
import { type CallbackJob, type ReceivedCallback, toKeepCallbackJob } from './to-jobs.ts';

export interface KeptCallback {
  readonly outcome: DurabilityOutcome;
  /** Of the jobs that were asked to be kept. */
  readonly jobIds: readonly string[];
}

/**
 * Keeps every job of a callback at once: it is durable when all of them are, for an acknowledgement ends WeChat's
 * re-sends for the whole. Those that are durable when another is not have the same ids at the next re-send.
 *
 * A job that its own schema refuses would be refused again at every re-send: it is our fault, so the callback is kept
 * whole in its place.
 */
export async function keepDurable(
  stores: Pick<DurableStores, 'add'>,
  jobs: readonly CallbackJob[],
  lane: Lane,
  whole: { readonly genuine: GenuineCallback; readonly callback: ReceivedCallback },
): Promise<KeptCallback> {
  const kept = await Promise.all(jobs.map((job) => keepOne(stores, job, lane, whole)));
  return {
    outcome: kept.map(({ outcome }) => outcome).reduce(theWorse),
    jobIds: [...new Set(kept.map(({ jobId }) => jobId))],
  };
}

async function keepOne(
  stores: Pick<DurableStores, 'add'>,
  job: CallbackJob,
  lane: Lane,
  { genuine, callback }: { readonly genuine: GenuineCallback; readonly callback: ReceivedCallback },
): Promise<{ outcome: DurabilityOutcome; jobId: string }> {
  try {
    return { outcome: await stores.add({ ...job, lane }), jobId: job.id };
  } catch (error) {
    const { code, message } = toAppError(error);
    if (code !== 'JOB_INVALID') throw error;
    const why = { reason: 'schema_refused', problem: message, isForwarded: false } as const;
    const { callbackKey } = job.data;
    const instead = { ...toKeepCallbackJob(genuine, callback, { ...why, callbackKey }), lane };
    return { outcome: await stores.add(instead), jobId: instead.id };
  }
}

/** Not durable, then durable in the inbox, then durable in Redis. */
function theWorse(one: DurabilityOutcome, other: DurabilityOutcome): DurabilityOutcome {
  const rank = (outcome: DurabilityOutcome) =>
    outcome.kind === 'not-durable' ? 2 : outcome.durableIn === 'inbox' ? 1 : 0;
  return rank(other) > rank(one) ? other : one;
}
