import { AppError } from '@huidiao/errors';
import type { NewJob, Producer } from '@huidiao/queue';
import { testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { type RunningIngress, signedCallback, startIngress } from '../ingress.fixture.test.ts';

describe('a genuine callback whose job our own schema refuses', () => {
  let ingress: RunningIngress | undefined;
  afterEach(() => ingress?.close());

  /** An ingress whose queue refuses payments, and keeps callbacks whole as `keep` says. */
  async function startRefusing(keep: (job: NewJob) => Promise<void>): Promise<RunningIngress> {
    const add = async (job: NewJob) => {
      if (job.name !== 'keep-callback') throw new AppError('JOB_INVALID');
      await keep(job);
    };
    const unused = { isReady: () => true, close: async () => undefined };
    ingress = await startIngress({
      redisUrl: testRedisUrl(),
      mongoUri: testMongoUri(),
      prefix: testPrefix(),
      overrides: {
        producer: { ...unused, add } as Producer,
        store: {
          ...unused,
          isReady: async () => true,
          inbox: { put: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) },
          orders: { find: async () => undefined },
        },
      },
    });
    return ingress;
  }

  it('is acknowledged, and only once it is durably kept whole', async () => {
    let reached: () => void = () => undefined;
    let makeDurable: () => void = () => undefined;
    const atTheAdd = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { port, post } = await startRefusing(() => {
      reached();
      return new Promise<void>((resolve) => {
        makeDurable = resolve;
      });
    });
    const order: string[] = [];
    const answer = post(signedCallback(1)).then(({ status }) => order.push(`answered ${status}`));
    await atTheAdd;
    await fetch(`http://127.0.0.1:${port}/`); // a whole other request goes through meanwhile
    order.push('durable');
    makeDurable();
    await answer;
    expect(order).to.deep.equal(['durable', 'answered 204']);
  });

  it('is sent again by WeChat Pay when it can be kept nowhere', async () => {
    const { post } = await startRefusing(() => Promise.reject(new AppError('QUEUE_UNAVAILABLE')));
    expect((await post(signedCallback(1))).status).to.equal(503);
  });

  it('is kept with the bytes that came', async () => {
    const kept: NewJob[] = [];
    const { post } = await startRefusing(async (job) => void kept.push(job));
    const callback = signedCallback(1);
    expect((await post(callback)).status).to.equal(204);
    expect(kept).to.have.length(1);
    expect(kept[0]?.data).to.include({ reason: 'schema_refused', body: String(callback.body) });
  });
});
