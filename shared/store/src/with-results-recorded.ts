import {
  type DeadLetter,
  type DeadLetterSink,
  type EffectJobName,
  jobCatalogue,
  toReportEffectId,
} from '@huidiao/contracts';
import type { DeadLetterStore } from './dead-letter.ts';
import { toUndeliverable } from './message.ts';
import type { MessageStore } from './message-store.ts';
import type { Effect } from './order.ts';
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
 * Dead letters that are results. Once one is stored, a message that its job left on its way is unknown, one that did not
 * leave is given up, and the shop hears of both; the effect of the order that its job was to carry out is settled, and its
 * job waits for no order any more, so that the reconciler does not add the job for ever.
 * Every step may be repeated; if one fails, the job stays and all of them run again.
 */
export function withResultsRecorded(stores: ResultStores): DeadLetterSink {
  return {
    async store(deadLetter) {
      await stores.deadLetters.store(deadLetter);
      await recordMessage(stores.messages, deadLetter);
      if (mayWait(deadLetter)) await stores.waitingJobs.remove(deadLetter.jobId);
      const named = toEffectOfOrder(deadLetter);
      if (named === undefined) return;
      const { jobName, errorCode, attempts } = deadLetter;
      const entry = { event: `${jobName}.dead_letter`, errorCode, attempts };
      const following = jobName === 'send-subscribe-message' ? [toReport(named, deadLetter)] : [];
      await stores.orders.settleEffect(named.mchId, named.outTradeNo, named.effectId, entry, following);
    },
    resolve: (queue, jobId) => stores.deadLetters.resolve(queue, jobId),
  };
}

/** Whether a job of this name waits for its order. */
function mayWait({ jobName }: DeadLetter): boolean {
  return jobName === 'apply-payment' || jobName === 'apply-refund';
}

/**
 * On its way when its job died, it may have arrived. One that is queued certainly did not leave: it stays so, for the dead
 * letter may be replayed, and then its latest useful time says whether it still is sent.
 */
async function recordMessage(
  messages: ResultStores['messages'],
  { jobName, payload, errorCode }: DeadLetter,
): Promise<void> {
  if (jobName === 'report-message') return await endReport(messages, payload);
  const key = toMessageKey(jobName, payload);
  if (key === undefined || (await messages.settle(key, 'unknown', { errorCode }))) return;
  await messages.giveUp(key, { errorCode });
}

/** The message that a job was to send. */
function toMessageKey(jobName: string, payload: unknown): string | undefined {
  if (jobName === 'send-message') return jobCatalogue[jobName].schema.safeParse(payload).data?.messageKey;
  if (jobName !== 'send-subscribe-message') return undefined;
  return jobCatalogue[jobName].schema.safeParse(payload).data?.effectId;
}

/** Of a message of an order. Whether the shop wants to hear of it is for its job to look up. */
function toReport(job: { effectId: string; requestId: string }, { failedAt }: DeadLetter): Effect {
  const { effectId, requestId } = job;
  return { id: toReportEffectId(effectId), job: 'report-undeliverable', dueAt: failedAt, requestId };
}

/** The shop did not take it in all that time: nothing adds the job any more. */
async function endReport(messages: ResultStores['messages'], payload: unknown): Promise<void> {
  const job = jobCatalogue['report-message'].schema.safeParse(payload);
  const row = job.success ? await messages.find(job.data.messageKey) : undefined;
  if (row === undefined || toUndeliverable(row) === undefined || row.state === 'sending') return;
  await messages.endReport(row.key, row.state);
}

/** The effect that a job was to carry out; a payload that nobody understands (JOB_INVALID) names none. */
function toEffectOfOrder({ jobName, payload }: DeadLetter) {
  if (!isEffectJob(jobName)) return undefined;
  const job = jobCatalogue[jobName].schema.safeParse(payload);
  return job.success ? job.data : undefined;
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
