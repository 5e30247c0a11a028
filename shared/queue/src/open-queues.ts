import type { Lane, QueueName } from '@huidiao/contracts';
import type { Logger } from '@huidiao/runtime';
import type { Redis } from 'ioredis';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { toLaneName } from './queue-keys.ts';

/** The lanes of all queues on one connection, which the caller owns and closes after them. */
export interface OpenQueues {
  /** Opens the lane when it is asked for first. */
  get(queue: QueueName, lane: Lane): OpenQueue;
  close(): Promise<void>;
}

/** @see OpenQueues */
export function createOpenQueues(options: {
  readonly redis: Redis;
  readonly prefix: string;
  readonly logger: Logger;
}): OpenQueues {
  const opened = new Map<string, OpenQueue>();
  return {
    get(name, lane) {
      const key = toLaneName(name, lane);
      const queue = opened.get(key) ?? openQueue(name, lane, options);
      opened.set(key, queue);
      return queue;
    },
    async close() {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}
