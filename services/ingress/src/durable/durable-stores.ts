import { type AppError, toAppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import { type Breaker, createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import type { CallbackJob } from '../callback/to-jobs.ts';
import type { BoundedInbox } from './bounded-inbox.ts';
import { createInboxAlarm } from './inbox-alarm.ts';

/** Where a callback became durable. */
export type DurableIn = 'redis' | 'inbox';

/** What became of a job; `error` is what kept Redis from taking it. */
export type DurabilityOutcome =
  | { readonly kind: 'durable'; readonly durableIn: 'redis' }
  | { readonly kind: 'durable'; readonly durableIn: 'inbox'; readonly error: AppError }
  /** Not surely in either, though perhaps: WeChat Pay sends it again, and its id is the same. */
  | { readonly kind: 'not-durable'; readonly error: AppError; readonly inboxError: AppError };

/** The two places that a callback can be kept in. */
export interface DurableStores {
  /**
   * Gives Redis the job, and if it does not take it, the inbox: within the sum of both limits.
   * @throws AppError JOB_INVALID, and nothing else: neither store can ever take it
   */
  add(job: CallbackJob): Promise<DurabilityOutcome>;
  close(): void;
}

export interface DurableStoresOptions {
  readonly producer: Pick<Producer, 'add'>;
  readonly inbox: BoundedInbox;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Redis first, the inbox in MongoDB when Redis fails. What timed out may be in Redis all the same; it goes to the
 * inbox nevertheless, for its job has the same id there and may run twice.
 */
export function createDurableStores(options: DurableStoresOptions): DurableStores {
  const { inbox } = options;
  const redis = createRedisBreaker(options);
  const alarm = createInboxAlarm(options);

  async function addToInbox(job: CallbackJob, error: AppError): Promise<DurabilityOutcome> {
    try {
      await inbox.put(job);
      alarm.inInbox(error);
      return { kind: 'durable', durableIn: 'inbox', error };
    } catch (thrown) {
      return { kind: 'not-durable', error, inboxError: unlessInvalid(thrown) };
    }
  }

  return {
    async add(job) {
      try {
        await redis.fire(job);
      } catch (thrown) {
        return addToInbox(job, unlessInvalid(thrown));
      }
      alarm.inRedis();
      return { kind: 'durable', durableIn: 'redis' };
    },
    close: () => redis.close(),
  };
}

/** A job that its schema refuses says nothing about either store, and each would refuse it again. */
function unlessInvalid(thrown: unknown): AppError {
  const error = toAppError(thrown);
  if (error.code === 'JOB_INVALID') throw error;
  return error;
}

/**
 * Opens after ten failures in five seconds if they are a tenth of all, for under load thousands of successes from
 * before the fault are still in that window, and each callback waits out its whole time limit until it opens. Then
 * one callback a second tries Redis again.
 */
function createRedisBreaker({
  producer,
  logger,
  metrics,
}: DurableStoresOptions): Breaker<[CallbackJob], void> {
  return createBreaker({
    name: 'redis',
    action: (job: CallbackJob) => addToQueue(producer, job),
    openCode: 'QUEUE_BREAKER_OPEN',
    failureCounts: (error) => faultsOfRedis.has(toAppError(error).code),
    volumeThreshold: 10,
    errorThresholdPercentage: 10,
    rollingWindowMs: 5_000,
    resetTimeoutMs: 1_000,
    logger,
    metrics,
  });
}

const faultsOfRedis: ReadonlySet<string> = new Set(['QUEUE_UNAVAILABLE', 'QUEUE_NOT_DURABLE']);

function addToQueue(producer: Pick<Producer, 'add'>, job: CallbackJob): Promise<void> {
  return producer.add<CallbackJob['name']>(job);
}
