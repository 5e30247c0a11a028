import { type JobName, type JobNameOf, jobCatalogue } from '@huidiao/contracts';
import { createProducer, type NewJob } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { testMongoUri, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createContext, start } from './index.ts';
import {
  appId,
  mchId,
  merchant,
  toApplyPayment,
  toApplyRefund,
  toDirectory,
} from './order-worker.fixture.test.ts';

const order = { outTradeNo: 't-0123456789', amountFen: 1 } as Parameters<typeof toApplyPayment>[0];
const callback = {
  requestId: 'request-1',
  callbackKey: 'key-1',
  notificationId: 'notification-1',
  eventType: 'something',
  receivedAt: '2026-11-22T08:00:00.000Z',
};
const body = { body: '{}', bodyEncoding: 'utf8' as const };
const ofOrder = { mchId, outTradeNo: order.outTradeNo, effectId: 'effect-1', requestId: 'request-1' };

/** One of each job that the order-worker has a handler for, and what becomes of it where nothing else is there. */
const jobs: {
  [N in Exclude<JobName, JobNameOf<'subscribe-message'>>]: [data: NewJob<N>['data'], outcome: string];
} = {
  'apply-payment': [toApplyPayment(order), 'ORDER_NOT_YET_KNOWN'],
  'apply-refund': [toApplyRefund(order), 'ORDER_NOT_YET_KNOWN'],
  'keep-callback': [
    { ...callback, mchId, reason: 'unknown_type', problem: '', isForwarded: true, ...body },
    'forwarded',
  ],
  'apply-event': [
    { ...callback, event: { type: 'push.debugged', appId, occurredAt: callback.receivedAt } },
    'noted',
  ],
  'forward-event': [{ ...callback, receiver: { mchId }, type: 'a.b', content: '{}' }, 'SHOP_NOT_CONFIGURED'],
  'pass-through': [
    { ...callback, receiver: { appId }, target: 'old', query: '', headers: {}, ...body },
    'MERCHANT_NOT_CONFIGURED',
  ],
  'fulfil-order': [ofOrder, 'ORDER_NOT_FOUND'],
  'report-undeliverable': [ofOrder, 'ORDER_NOT_FOUND'],
  'report-message': [{ mchId, messageKey: 'send-message_1', requestId: 'request-1' }, 'not_needed'],
  'make-refund': [ofOrder, 'ORDER_NOT_FOUND'],
  'upload-shipment': [ofOrder, 'ORDER_NOT_FOUND'],
  'remind-receipt': [ofOrder, 'ORDER_NOT_FOUND'],
};

describe('order-worker', () => {
  it('works each of its queues, and has a handler for every job in them', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      { service: 'order-worker', level: 'info' },
      { write: (line: string) => void lines.push(line) },
    );
    const mongoUri = testMongoUri();
    const prefix = testPrefix();
    const redis = { url: testRedisUrl(), prefix, appendfsync: 'unchecked', waitReplicas: 0 } as const;
    const context = createContext(
      {
        logLevel: 'info',
        health: { host: '127.0.0.1', port: 0 },
        redis,
        mongo: { uri: mongoUri },
        wechatPayApiUrl: 'http://127.0.0.1:1',
        wechatApiUrl: 'http://127.0.0.1:1',
        concurrency: 5,
        effectGraceMs: 1_000,
        jobLockMs: 30_000,
        drainMs: 1_000,
        directory: toDirectory({ merchant: { appIds: merchant.appIds } }),
      },
      { logger, random: () => 0 },
    );
    const producer = createProducer({
      redis: { url: redis.url },
      prefix,
      durability: 'unchecked',
      waitReplicas: 0,
      deadlineMs: 5_000,
      logger,
      metrics: createMetrics({ service: 'test' }),
    });
    try {
      await context.store.migrate();
      await start(context);
      await waitFor('the producer', () => producer.isReady());
      for (const [name, [data]] of Object.entries(jobs)) {
        await producer.add({ name, id: `${name}_1`, data } as NewJob);
      }
      const attempted = () =>
        lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'job.attempted');
      const seen = await waitFor('an attempt at each', () => {
        const named = Object.fromEntries(
          attempted().map(({ job, queue, errorCode, outcome }) => [job, [queue, errorCode ?? outcome]]),
        );
        return Object.keys(named).length === Object.keys(jobs).length ? named : undefined;
      });
      const expected = Object.entries(jobs).map(([name, [, outcome]]) => [
        name,
        [jobCatalogue[name as JobName].queue, outcome],
      ]);
      expect(seen).to.deep.equal(Object.fromEntries(expected));
    } finally {
      await producer.close();
      await context.lifecycle.close();
      await dropTestDatabase(mongoUri);
    }
  });
});
