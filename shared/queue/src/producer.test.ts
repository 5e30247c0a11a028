import { type JobData, jobCatalogue, type QueueName } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createProducer, type Producer, type ProducerOptions } from './producer.ts';
import { messageData, newMetrics, silentLogger } from './queue.fixture.test.ts';
import { toKeyPrefix } from './queue-keys.ts';
import { createQueueReader, type QueueReader } from './queue-reader.ts';

const message = (id: string, data = messageData()) => ({ name: 'send-subscribe-message' as const, id, data });

describe('producer', () => {
  let prefix: string;
  let producer: Producer;
  let reader: QueueReader;
  let redis: Redis;

  const open = async (options: Partial<ProducerOptions> = {}): Promise<Producer> => {
    const made = createProducer({
      redis: { url: testRedisUrl() },
      prefix,
      durability: 'always',
      waitReplicas: 0,
      // The machine that runs the tests may be busy; deadlines have tests of their own.
      deadlineMs: 5_000,
      logger: silentLogger,
      metrics: newMetrics(),
      ...options,
    });
    await waitFor('the producer', () => made.isReady());
    return made;
  };
  const key = (queue: QueueName, name: string) => `${toKeyPrefix(prefix, queue)}:${queue}:${name}`;

  beforeEach(async () => {
    prefix = testPrefix();
    redis = new Redis(testRedisUrl());
    reader = createQueueReader({ redis: { url: testRedisUrl() }, prefix, logger: silentLogger });
    producer = await open();
  });
  afterEach(async () => {
    await producer.close();
    await reader.close();
    const keys = await redis.keys(`{${prefix}:*`);
    if (keys.length > 0) await redis.del(keys);
    redis.disconnect();
  });

  it('puts the job into the queue that the catalogue names', async () => {
    await producer.add(message('m1'));
    const job = await reader.find('subscribe-message', 'm1');
    expect(job).to.deep.include({ name: 'send-subscribe-message', payload: messageData(), delayMs: 0 });
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 1, delayed: 0 });
  });

  it('makes one job of three adds of the same id, whether in one turn or later', async () => {
    await Promise.all([producer.add(message('m1')), producer.add(message('m1'))]);
    await producer.add(message('m1', messageData('order-9999')));
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 1 });
    expect((await reader.find('subscribe-message', 'm1'))?.payload).to.deep.equal(messageData());
  });

  it('delays a job', async () => {
    await producer.add({ ...message('m1'), delayMs: 60_000 });
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 0, delayed: 1 });
  });

  it('ends the wait of a job that is there, adds one that is not, and leaves one that has its turn', async () => {
    const counts = () => reader.counts('subscribe-message');
    await producer.add({ ...message('m1'), delayMs: 60_000 });
    await producer.addNow(message('m1', messageData('order-9999')));
    expect(await counts()).to.include({ waiting: 1, delayed: 0 });
    expect((await reader.find('subscribe-message', 'm1'))?.payload).to.deep.equal(messageData());
    await producer.addNow(message('m1'));
    await producer.addNow(message('m2'));
    expect(await counts()).to.include({ waiting: 2, delayed: 0 });
    await producer.add({ ...message('m3'), lane: 'bulk', delayMs: 60_000 });
    await producer.addNow({ ...message('m3'), lane: 'bulk' });
    expect(await counts()).to.include({ waiting: 3, delayed: 0 });
  });

  it('says so when it could not end the wait', async () => {
    await producer.add({ ...message('m1'), delayMs: 60_000 });
    await redis.rename(key('subscribe-message', 'delayed'), key('subscribe-message', 'elsewhere'));
    await redis.set(key('subscribe-message', 'delayed'), 'not a sorted set');
    const failure = await producer.addNow(message('m1')).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AppError).and.include({ code: 'QUEUE_UNAVAILABLE' });
  });

  it('sends 300 adds of one turn in 3 pipelines', async () => {
    const monitor = await redis.monitor();
    const sources = new Map<string, number>();
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (!/^evalsha|^eval$/i.test(args[0] ?? '') || !args.some((arg) => arg.includes(prefix))) return;
      if (source !== 'lua') sources.set(source, (sources.get(source) ?? 0) + 1);
    });
    const metaWrites: string[] = [];
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      // Each pipeline ends with one of these.
      if (/^hset$/i.test(args[0] ?? '') && args[2] === 'opts.maxLenEvents' && source !== 'lua') {
        if (args[1]?.includes(prefix)) metaWrites.push(args[1]);
      }
    });
    try {
      await Promise.all(Array.from({ length: 300 }, (_, index) => producer.add(message(`m${index}`))));
      await waitFor('all of it in the monitor', () => [...sources.values()][0] === 300);
      expect(sources.size).to.equal(1);
      expect(metaWrites).to.have.length(3);
      expect(await reader.counts('subscribe-message')).to.include({ waiting: 300 });
    } finally {
      monitor.disconnect();
    }
  });

  it('answers each job of a turn by its own fate when one is not valid', async () => {
    const poison = { ...messageData(), outTradeNo: 1n } as unknown as JobData<'send-subscribe-message'>;
    const results = await Promise.allSettled([
      producer.add(message('m1')),
      producer.add(message('m2', poison)),
      producer.add(message('m:3')),
      producer.add(message('m4')),
    ]);
    expect(results.map((result) => result.status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await failureOf(results[1])).to.include({ code: 'JOB_INVALID' });
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 2 });
  });

  it('answers each job of a pipeline by its own fate when Redis refuses one', async () => {
    // A delayed job goes into a sorted set; text under its key makes the script of that job alone fail.
    await redis.set(key('subscribe-message', 'delayed'), 'not a sorted set');
    const results = await Promise.allSettled([
      producer.add(message('m1')),
      producer.add({ ...message('m2'), delayMs: 1_000 }),
      producer.add(message('m3')),
    ]);
    expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(await failureOf(results[1])).to.include({ code: 'QUEUE_UNAVAILABLE', kind: 'throttled' });
    await redis.del(key('subscribe-message', 'delayed'));
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 2 });
  });

  it('adds although Redis has forgotten its scripts', async () => {
    await producer.add(message('m1'));
    await redis.script('FLUSH');
    await Promise.all([producer.add(message('m2')), producer.add(message('m3'))]);
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 3 });
  });

  it('takes a job larger than a batch beside small ones', async () => {
    const body = 'x'.repeat(1_000_000);
    const keep = {
      name: 'keep-callback' as const,
      id: 'keep-callback_1900000001_n1',
      data: {
        requestId: 'r',
        callbackKey: 'k',
        mchId: '1900000001',
        notificationId: 'n1',
        eventType: 'X',
        receivedAt: '2026-08-01T00:00:00.000Z',
        reason: 'unknown_type' as const,
        problem: 'p',
        isForwarded: false,
        bodyEncoding: 'utf8' as const,
        body,
      },
    };
    await Promise.all([producer.add(keep), producer.add(message('m1'))]);
    const kept = await reader.find('payment-event', keep.id);
    expect(kept?.payload).to.deep.equal(keep.data);
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 1 });
  });

  it('keeps all keys of one queue in one slot of a cluster', async () => {
    await producer.add(message('m1'));
    const keys = await redis.keys(`{${prefix}:*`);
    const tags = new Set(keys.map((name) => /\{(.*?)\}/.exec(name)?.[1]));
    expect(keys.length).to.be.greaterThan(2);
    expect([...tags]).to.deep.equal([`${prefix}:subscribe-message`]);
  });

  it('leaves it to the worker when a job has failed for good, and trims the event stream', async () => {
    await producer.add(message('m1'));
    const opts = JSON.parse((await redis.hget(key('subscribe-message', 'm1'), 'opts')) ?? '{}');
    expect(opts.attempts).to.be.greaterThan(jobCatalogue['fulfil-order'].retry.attempts * 100);
    expect(await redis.hget(key('subscribe-message', 'meta'), 'opts.maxLenEvents')).to.equal('1000');
  });

  it('turns adds away at once when too much is under way', async () => {
    await producer.close();
    producer = await open({ maxJobsUnderWay: 2 });
    const results = await Promise.allSettled(['m1', 'm2', 'm3'].map((id) => producer.add(message(id))));
    expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
    expect(await failureOf(results[2])).to.include({ code: 'QUEUE_UNAVAILABLE' });
    await producer.add(message('m3'));
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 3 });
  });

  it('turns adds away when the replicas that were asked for do not have the job', async () => {
    await producer.close();
    producer = await open({ waitReplicas: 1, deadlineMs: 1_000 });
    const failure = await producer.add(message('m1')).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AppError).and.to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect((failure as AppError).message).to.contain('0 replicas have the job, 1 must');
  });

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    const added = producer.add(message('m1'));
    await Promise.all([added, producer.close()]);
    const failure = await producer.add(message('m2')).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect(producer.isReady()).to.equal(false);
    expect(await reader.counts('subscribe-message')).to.include({ waiting: 1 });
  });
});

function failureOf(result: PromiseSettledResult<void> | undefined): unknown {
  return result?.status === 'rejected' ? result.reason : undefined;
}
