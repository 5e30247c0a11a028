import { AppError } from '@huidiao/errors';
import { createProducer, createQueueReader, type Producer, type QueueReader } from '@huidiao/queue';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { RedisOfReplay } from './config.ts';
import { pause } from './pause.ts';

/** What a replay needs of Redis. */
export interface OpenedQueues {
  readonly producer: Pick<Producer, 'add'>;
  readonly reader: Pick<QueueReader, 'find'>;
}

export interface QueueSurroundings {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** How long Redis may take to be reached and seen to be durable; default 5 s. */
  readonly connectLimitMs?: number;
}

/** Longer than a callback's: here nobody waits for an answer within seconds. */
const addDeadlineMs = 5_000;

/**
 * Runs `work` with connections to Redis that it can rely on for now, and closes them. Before anything is taken for
 * a replay, Redis is reached and durable.
 *
 * @throws AppError QUEUE_UNAVAILABLE when it is not, or what `work` throws
 */
export async function withQueues<T>(
  redis: RedisOfReplay,
  surroundings: QueueSurroundings,
  work: (queues: OpenedQueues) => Promise<T>,
): Promise<T> {
  const { logger, metrics } = surroundings;
  const shared = { redis: { url: redis.url }, prefix: redis.prefix, logger };
  const durability = redis.appendfsync;
  const { waitReplicas } = redis;
  const producer = createProducer({
    ...shared,
    durability,
    waitReplicas,
    deadlineMs: addDeadlineMs,
    metrics,
  });
  const reader = createQueueReader(shared);
  try {
    await untilReady(producer, surroundings);
    return await work({ producer, reader });
  } finally {
    await Promise.all([producer.close(), reader.close()]);
  }
}

async function untilReady(
  producer: Producer,
  { signal, connectLimitMs = 5_000 }: QueueSurroundings,
): Promise<void> {
  const deadline = Date.now() + connectLimitMs;
  while (!producer.isReady()) {
    if (signal.aborted || Date.now() > deadline) throw notReady();
    await pause(20, signal);
  }
}

function notReady(): AppError {
  const message =
    'Redis at REDIS_URL was not reached in time, or would lose jobs (persistence, eviction); nothing was replayed';
  return new AppError('QUEUE_UNAVAILABLE', { message });
}
