import { type DeadLetter, type DeadLetterSink, type EffectJobName, jobCatalogue } from '@huidiao/contracts';
import type { DeadLetterStore } from './dead-letter.ts';
import { isUndeliverable } from './message.ts';
import type { MessageStore } from './message-store.ts';
import type { OrderStore } from './order-store.ts';
import type { WaitingJobStore } from './waiting-job-store.ts';

/** What a dead letter's result is recorded in. */
export interface ResultStores {
  readonly deadLetters: DeadLetterStore;
  readonly orders: Pick<OrderStore, 'settleEffect'>;
  readonly messages: Pick<MessageStore, 'settle' | 'giveUp' | 'find' | 'endReport'>;
  readonly waitingJobs: Pick<WaitingJobStore, 'remove'>;
}

/**
 * Dead letters that are results. Once one is stored, a message that its job left on its way is unknown, the effect of
 * the order that its job was to carry out is settled, and its job waits for no order any more, so that the reconciler
 * does not add the job for ever.
 * Every step may be repeated; if one fails, the job stays and all of them run again.
 */
export function withResultsRecorded(stores: ResultStores): DeadLetterSink {
  return {
    async store(deadLetter) {
      await stores.deadLetters.store(deadLetter);
      await recordRequested(stores.messages, deadLetter);
      if (mayWait(deadLetter)) await stores.waitingJobs.remove(deadLetter.jobId);
      const named = toEffectOfOrder(deadLetter);
      if (named === undefined) return;
      const { jobName, errorCode, attempts } = deadLetter;
      // On its way when its job died, it may have arrived. One that is queued certainly did not leave: it stays
      // so, for the dead letter may be replayed, and then its latest useful time says whether it still is sent.
      if (named.isMessage) await stores.messages.settle(named.effectId, 'unknown', { errorCode });
      const entry = { event: `${jobName}.dead_letter`, errorCode, attempts };
      await stores.orders.settleEffect(named.mchId, named.outTradeNo, named.effectId, entry);
    },
    resolve: (queue, jobId) => stores.deadLetters.resolve(queue, jobId),
  };
}

/** Whether a job of this name waits for its order. */
function mayWait({ jobName }: DeadLetter): boolean {
  return jobName === 'apply-payment' || jobName === 'apply-refund';
}

/** Of a message that no order asked for; on its way or not, as above. */
async function recordRequested(
  messages: ResultStores['messages'],
  { jobName, payload, errorCode }: DeadLetter,
): Promise<void> {
  if (jobName !== 'send-message' && jobName !== 'report-message') return;
  const job = jobCatalogue[jobName].schema.safeParse(payload);
  if (!job.success) return;
  const { messageKey } = job.data;
  if (jobName === 'report-message') return await endReport(messages, messageKey);
  if (await messages.settle(messageKey, 'unknown', { errorCode })) return;
  await messages.giveUp(messageKey, { errorCode });
}

/** The shop did not take it in all that time: nothing adds the job any more. */
async function endReport(messages: ResultStores['messages'], messageKey: string): Promise<void> {
  const row = await messages.find(messageKey);
  if (row !== undefined && isUndeliverable(row.state)) await messages.endReport(messageKey, row.state);
}

/** The effect that a job was to carry out; a payload that nobody understands (JOB_INVALID) names none. */
function toEffectOfOrder({ jobName, payload }: DeadLetter) {
  if (!isEffectJob(jobName)) return undefined;
  const job = jobCatalogue[jobName].schema.safeParse(payload);
  return job.success ? { ...job.data, isMessage: jobName === 'send-subscribe-message' } : undefined;
}

const effectJobs: Readonly<Record<EffectJobName, true>> = {
  'fulfil-order': true,
  'send-subscribe-message': true,
  'report-undeliverable': true,
  'make-refund': true,
  'upload-shipment': true,
  'remind-receipt': true,
};

function isEffectJob(jobName: string): jobName is EffectJobName {
  return Object.hasOwn(effectJobs, jobName);
}
