import * as messageWorker from '@huidiao/message-worker';
import * as orderWorker from '@huidiao/order-worker';
import { createProducer, type NewJob } from '@huidiao/queue';
import { createLogger, createMetrics, type Lifecycle, type Logger } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createHalfDeadProxy } from './half-dead-proxy.ts';
import { testMongoUri, testPrefix, testRedisUrl } from './servers.ts';
import { testMerchant } from './test-merchant.ts';
import { waitFor } from './wait-for.ts';

const { mchId } = testMerchant;
const stuckAfterMs = 600;

interface Worker {
  readonly lifecycle: Lifecycle;
  work(): unknown;
}

interface Settings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly mongoUri: string;
  readonly logger: Logger;
}

/** The context of each, with a job of it, and how many lanes it fetches from. */
const workers: readonly [name: string, open: (settings: Settings) => Worker, job: NewJob, lanes: number][] = [
  [
    'order-worker',
    ({ logger, ...settings }) =>
      orderWorker.createContext(
        { ...toConfig(settings), wechatPayApiUrl: 'http://127.0.0.1:1', effectGraceMs: 1_000 },
        { logger, stuckAfterMs },
      ),
    {
      name: 'make-refund',
      id: 'make-refund_1',
      data: { requestId: 'request-1', mchId, outTradeNo: 'order-1', effectId: 'effect-1' },
    },
    12,
  ],
  [
    'message-worker',
    ({ logger, ...settings }) => messageWorker.createContext(toConfig(settings), { logger, stuckAfterMs }),
    {
      name: 'send-message',
      id: 'send-message_1',
      data: { requestId: 'request-1', mchId, messageKey: 'send-message_1' },
    },
    2,
  ],
];

describe('a worker whose connection to Redis is half dead, and the one that takes its place too', () => {
  for (const [name, open, job, lanes] of workers) {
    it(`ends its ${name}, so that whoever supervises it starts another one`, async () => {
      const lines: { event?: string; err?: { code?: string } }[] = [];
      const write = (line: string) => void lines.push(JSON.parse(line));
      const logger = createLogger({ service: name, level: 'fatal' }, { write });
      const prefix = testPrefix();
      const mongoUri = testMongoUri();
      const proxy = await createHalfDeadProxy(testRedisUrl(), lanes);
      const context = open({ redisUrl: proxy.url, prefix, mongoUri, logger });
      const producer = createProducer({
        redis: { url: testRedisUrl() },
        prefix,
        durability: 'unchecked',
        waitReplicas: 0,
        logger,
        metrics: createMetrics({ service: 'test' }),
      });
      try {
        context.work();
        await waitFor('all lanes to wait for jobs', () => proxy.swallowed() >= lanes);
        await waitFor('the producer', () => producer.isReady());
        await producer.add(job);
        const end = await waitFor('the end', () => lines.find(({ event }) => event === 'lifecycle.fatal'));
        expect(end.err?.code).to.equal('QUEUE_WORKER_STUCK');
      } finally {
        await producer.close();
        await context.lifecycle.close();
        proxy.close();
        await dropTestDatabase(mongoUri);
      }
    });
  }
});

function toConfig({ redisUrl, prefix, mongoUri }: Omit<Settings, 'logger'>) {
  return {
    logLevel: 'fatal',
    health: { host: '127.0.0.1', port: 0 },
    redis: { url: redisUrl, prefix, appendfsync: 'unchecked', waitReplicas: 0 },
    mongo: { uri: mongoUri },
    wechatApiUrl: 'http://127.0.0.1:1',
    concurrency: 5,
    jobLockMs: 30_000,
    drainMs: 100,
    directory: { merchants: new Map(), apps: new Map() },
  } as const;
}
