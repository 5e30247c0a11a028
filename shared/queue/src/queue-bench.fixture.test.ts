import { type Lane, lanes, type QueueName } from '@huidiao/contracts';
import { testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { Redis } from 'ioredis';
import type { JobHandlers } from './job-handler.ts';
import { createProducer, type Producer } from './producer.ts';
import {
  createRecordingLogger,
  createTestDeadLetters,
  messageData,
  newMetrics,
  silentLogger,
} from './queue.fixture.test.ts';
import { toKeyPrefix, toLaneName } from './queue-keys.ts';
import { createQueueReader, type QueueReader } from './queue-reader.ts';
import { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from './worker.ts';

/** The queue that the tests of workers work: it has one job. */
export const queue = 'subscribe-message' satisfies QueueName;
export type Handler = JobHandlers<typeof queue>['send-subscribe-message'];

/** A queue of its own, with everything that adds to it, works it and looks at it. */
export interface QueueBench {
  readonly prefix: string;
  readonly redis: Redis;
  readonly producer: Producer;
  readonly reader: QueueReader;
  readonly deadLetters: ReturnType<typeof createTestDeadLetters>;
  /** Logger of the workers. */
  readonly recording: ReturnType<typeof createRecordingLogger>;
  work(handler: Handler, options?: Partial<QueueWorkerOptions<typeof queue>>): QueueWorker;
  add(id?: string, lane?: Lane): Promise<void>;
  /** Lines of the attempts so far. */
  attempts(): Record<string, unknown>[];
  outcomes(): unknown[];
  /** A key of BullMQ's: of a job by its id, of a list by its name. */
  key(name: string, lane?: Lane): string;
  isGone(id: string, lane?: Lane): Promise<boolean>;
  /** Closes workers and connections and removes the keys. */
  close(): Promise<void>;
}

/** @param url of the Redis that it is in; default the shared one */
export async function openQueueBench(url = testRedisUrl()): Promise<QueueBench> {
  const prefix = testPrefix();
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const deadLetters = createTestDeadLetters();
  const recording = createRecordingLogger();
  const workers: QueueWorker[] = [];
  const reader = createQueueReader({ redis: { url }, prefix, logger: silentLogger });
  const producer = createProducer({
    redis: { url },
    prefix,
    durability: 'always',
    waitReplicas: 0,
    deadlineMs: 5_000,
    logger: silentLogger,
    metrics: newMetrics(),
  });
  await waitFor('the producer', () => producer.isReady());
  const key = (name: string, lane: Lane = 'live') =>
    `${toKeyPrefix(prefix, queue, lane)}:${toLaneName(queue, lane)}:${name}`;
  const attempts = () => recording.lines.filter((line) => line.event === 'job.attempted');

  return {
    prefix,
    redis,
    producer,
    reader,
    deadLetters,
    recording,
    key,
    attempts,
    outcomes: () => attempts().map((line) => line.outcome),
    isGone: async (id, lane) => (await redis.exists(key(id, lane))) === 0,
    add: (id = 'm1', lane = 'live') =>
      producer.add({ name: 'send-subscribe-message', id, data: messageData(), lane }),
    work(handler, options) {
      const worker = createQueueWorker({
        queue,
        handlers: { 'send-subscribe-message': handler, 'send-message': () => ({ outcome: 'never_added' }) },
        redis: { url },
        prefix,
        concurrency: 2,
        deadLetters: deadLetters.sink,
        logger: recording.logger,
        metrics: newMetrics(),
        // The shortest delay that decideRetry gives.
        random: () => 0,
        ...options,
      });
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close(5_000)));
      await producer.close();
      await reader.close();
      const keys = await Promise.all(lanes.map((lane) => redis.keys(`${toKeyPrefix(prefix, queue, lane)}*`)));
      if (keys.flat().length > 0) await redis.del(keys.flat());
      redis.disconnect();
    },
  };
}
