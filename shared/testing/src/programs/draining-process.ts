/**
 * A process that drains, for lifecycle-process.test.ts: `node draining-process.ts <scenario> <deadline in ms>`.
 * It logs on stdout as every process does, and `service.ready` tells when it can be stopped.
 */
import { createServer } from 'node:net';
import {
  announceReady,
  closeRedis,
  createLifecycle,
  createLogger,
  createRedis,
  type Lifecycle,
} from '@huidiao/runtime';

const logger = createLogger({ service: 'draining', level: 'debug' });
const never = new Promise<void>(() => undefined);
/** Nothing listens on this port of the TCP range that is reserved for nothing else: tcpmux. */
const deadRedis = { url: 'redis://:hunter22@127.0.0.1:1', name: 'draining' };

const scenarios = {
  quick: (lifecycle: Lifecycle) => holdOpen(lifecycle),
  'hanging release': (lifecycle: Lifecycle) => {
    holdOpen(lifecycle);
    lifecycle.onRelease('hangs', () => never);
  },
  'leaked handle': () => void setInterval(() => undefined, 1_000),
  'failing release': (lifecycle: Lifecycle) => {
    holdOpen(lifecycle);
    lifecycle.onRelease('fails', () => {
      throw new Error('this release fails');
    });
  },
  'uncaught error': (lifecycle: Lifecycle) => {
    holdOpen(lifecycle);
    setImmediate(() => {
      throw new Error('nobody caught this');
    });
  },
  'unhandled rejection': (lifecycle: Lifecycle) => {
    holdOpen(lifecycle);
    setImmediate(() => void Promise.reject(new Error('nobody awaited this')));
  },
  'redis away': (lifecycle: Lifecycle) => {
    const redis = createRedis('worker', deadRedis, logger);
    // A command that waits for Redis as long as it takes, as a BullMQ worker's does.
    redis.blpop('nothing', 0).catch(() => undefined);
    lifecycle.onRelease('redis', () => closeRedis(redis));
  },
  'redis away, awaited': (lifecycle: Lifecycle) => {
    const redis = createRedis('worker', deadRedis, logger);
    lifecycle.onRelease('redis', async () => void (await redis.ping()));
  },
} as const;

export type Scenario = keyof typeof scenarios;

/** What a service has open: a server that keeps the event loop going until it is released. */
function holdOpen(lifecycle: Lifecycle): void {
  const server = createServer().listen(0, '127.0.0.1');
  lifecycle.onRelease('server', () => void server.close());
}

const lifecycle = createLifecycle({ logger, drainDeadlineMs: Number(process.argv[3]) });
const scenario = scenarios[process.argv[2] as Scenario];
scenario(lifecycle);
// Before the announcement, or a signal that follows it at once finds nobody listening.
const stopped = lifecycle.untilStopped();
announceReady({ service: 'draining', healthPort: 0, logger });
await stopped;
