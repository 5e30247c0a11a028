import { createRedis, type Logger } from '@huidiao/runtime';
import type { Redis } from 'ioredis';

/** The connections of one worker. */
export interface WorkerConnections {
  /** For BullMQ, which makes a second one of it for the command that blocks, and keeps that one to itself. */
  readonly redis: Redis;
  /** That second one; undefined before BullMQ has made it. */
  readonly blocking: Redis | undefined;
  /**
   * Ends the blocking one if it is not there now. BullMQ's close would stop its next attempt to connect and then
   * wait for it, for ever or until its watchdog looks, although Redis is there.
   */
  endLostBlocking(): void;
  /** Ends both for good: what still waits for Redis fails, so that BullMQ's loops end and its timers with them. */
  end(): void;
}

/** @see WorkerConnections */
export function createWorkerConnections(url: string, name: string, logger: Logger): WorkerConnections {
  const redis = createRedis('worker', { url, name }, logger);
  const endRedis = trackEnding(redis);
  let blocking: Redis | undefined;
  let endBlocking = (): void => undefined;
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const made = duplicate(override);
    blocking = made as unknown as Redis; // the override does not touch how replies are mapped
    endBlocking = trackEnding(blocking);
    return made;
  };
  return {
    redis,
    get blocking() {
      return blocking;
    },
    endLostBlocking() {
      if (blocking?.status !== 'ready') endBlocking();
    },
    end() {
      endRedis();
      endBlocking();
    },
  };
}

/** Gives what ends the connection, and fails even the commands that ioredis itself would forget. */
function trackEnding(client: Redis): () => void {
  // What a lost connection owed is kept aside, to be sent again by the next one that gets ready; if that one is
  // ended before, nobody fails it (ioredis, event_handler.ts: connectHandler, prevCommandQueue).
  let owed: Redis['commandQueue'][] = [];
  client.on('close', () => {
    owed = [...owed.filter((queue) => queue.length > 0), client.commandQueue];
  });
  return () => {
    endConnection(client);
    for (const queue of owed) {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        item.command.reject(new Error('Connection is closed.'));
      }
    }
  };
}

/**
 * Disconnects for good, whatever state the connection is in. ioredis's disconnect, called between two attempts
 * to connect, only stops its timer: what is queued then waits for ever. Of a connection that is being made it
 * lets go as it should. And BullMQ, where it was waiting for its own connection, makes it connect once more.
 */
function endConnection(client: Redis): void {
  client.on('connecting', () => client.disconnect());
  client.disconnect();
  if (client.status === 'reconnecting') client.connect().catch(() => undefined);
}
