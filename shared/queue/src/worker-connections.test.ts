import { once } from 'node:events';
import type { JobName } from '@huidiao/contracts';
import { createTcpProxy, type TcpProxy, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { Worker } from 'bullmq';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { closeWorker } from './close-worker.ts';
import type { JobEnvelope } from './job-envelope.ts';
import type { OpenWorker } from './open-queue.ts';
import { createRecordingLogger } from './queue.fixture.test.ts';
import { createRunningHandlers } from './running-handlers.ts';
import { createWorkerConnections, type WorkerConnections } from './worker-connections.ts';

describe('the connections of a worker', () => {
  let proxy: TcpProxy;
  let connections: WorkerConnections;
  let recording: ReturnType<typeof createRecordingLogger>;

  beforeEach(async () => {
    proxy = await createTcpProxy(testRedisUrl());
    recording = createRecordingLogger();
    connections = createWorkerConnections(proxy.url, 'test', recording.logger);
  });
  afterEach(async () => {
    connections.end();
    await proxy.close();
  });

  const work = (): OpenWorker => {
    const options = { connection: connections.redis, prefix: testPrefix() };
    const worker: OpenWorker = new Worker<JobEnvelope, void, JobName>(
      'subscribe-message',
      async () => undefined,
      options,
    );
    return worker.on('error', () => undefined);
  };
  const close = async (worker: OpenWorker, deadlineMs: number): Promise<number> => {
    const { logger } = recording;
    const startedAt = performance.now();
    await closeWorker(
      { worker, connections, running: createRunningHandlers(), queue: 'subscribe-message', logger },
      deadlineMs,
    );
    return performance.now() - startedAt;
  };

  it('fail what they still owe when they are ended before they were back', async () => {
    const { redis } = connections;
    await waitFor('the connection', () => redis.status === 'ready');
    proxy.silence();
    const owed = redis.get('x').then(
      () => 'answered',
      () => 'failed',
    );
    await proxy.refuse();
    await waitFor('the outage to be seen', () => redis.status === 'reconnecting');
    await proxy.accept();
    await waitFor('the next connection, which hears nothing', () => redis.status === 'connect');
    connections.end();
    expect(await owed).to.equal('failed');
  });

  it('stay ended although somebody who waited for them connects again', async () => {
    const { redis } = connections;
    await waitFor('the connection', () => redis.status === 'ready');
    connections.end();
    await waitFor('the end', () => redis.status === 'end');
    const again = redis.connect().then(
      () => 'connected',
      () => 'refused',
    );
    expect(await again).to.equal('refused');
    expect(redis.status).to.equal('end');
  });

  it('are let go, with all timers of BullMQ, when Redis falls silent while they begin', async () => {
    const worker = work();
    connections.blocking?.once('ready', () => proxy.silence());
    await waitFor('the silence', () => connections.blocking?.status === 'ready');
    expect(await close(worker, 6_000)).to.be.lessThan(4_500);
    // The promise of the close that has begun; BullMQ's timers end on the way to it.
    await worker.close();
  });

  for (const state of ['reconnecting', 'connect'] as const) {
    it(`hold up no close when the one that blocks is just being made again (${state})`, async () => {
      const worker = work();
      await worker.waitUntilReady();
      await waitFor(
        'a worker that waits for jobs',
        () => (connections.blocking?.commandQueue.length ?? 0) > 0,
      );
      const seen = once(connections.blocking as Redis, state);
      connections.blocking?.disconnect(true);
      await seen;
      expect([connections.blocking?.status, connections.redis.status]).to.deep.equal([state, 'ready']);
      expect(await close(worker, 15_000)).to.be.lessThan(2_000);
      expect(recording.lines.some((line) => line.event === 'worker.cut_off')).to.equal(false);
    });
  }
});
