import { AppError, toAppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { callbackJob } from '../ingress.fixture.test.ts';
import { type BoundedInboxOptions, createBoundedInbox } from './bounded-inbox.ts';

interface Asked {
  readonly id: string;
  finish(): void;
  fail(error: Error): void;
}

/** An inbox before a MongoDB that takes each row when the test says so. */
function createRig(options: Partial<BoundedInboxOptions> = {}) {
  const asked: Asked[] = [];
  const metrics = createMetrics({ service: 'test' });
  const inbox = createBoundedInbox({
    inbox: {
      put: ({ id }) => new Promise((resolve, reject) => asked.push({ id, finish: resolve, fail: reject })),
    },
    timeoutMs: 5_000,
    metrics,
    ...options,
  });
  /** `kept`, or what is said of why not. */
  const put = (number: number): Promise<string> =>
    inbox.put(callbackJob(number)).then(
      () => 'kept',
      (error: unknown) => String(toAppError(error).details.reason),
    );
  const load = async () => /^huidiao_inbox_puts\S* (\d+)$/m.exec(await metrics.registry.metrics())?.[1];
  return { asked, inbox, put, load };
}

const late = 'no answer in time';
const full = 'too many callbacks wait for MongoDB';
const turn = () => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the bounded inbox', () => {
  it('resolves once the store has the row, and not before', async () => {
    const { asked, put } = createRig();
    let answer = 'none yet';
    const done = put(1).then((text) => {
      answer = text;
    });
    await turn();
    expect(answer).to.equal('none yet');
    asked[0]?.finish();
    await done;
    expect(answer).to.equal('kept');
  });

  it('gives on what the store says', async () => {
    const { asked, put } = createRig();
    const answer = put(1);
    await turn();
    asked[0]?.fail(new AppError('STORE_UNAVAILABLE', { details: { reason: 'no primary' } }));
    expect(await answer).to.equal('no primary');
  });

  it('answers within its time limit when MongoDB is silent', async () => {
    const { put } = createRig({ timeoutMs: 50 });
    const startedAt = performance.now();
    expect(await put(1)).to.equal(late);
    expect(performance.now() - startedAt).to.be.within(45, 1_000);
  });

  it('gives MongoDB no more rows at once than it may, the oldest first', async () => {
    const { asked, put, load } = createRig({ maxUnderWay: 2 });
    const answers = Promise.all(numbers(5).map(put));
    await turn();
    expect(asked).to.have.length(2);
    expect(await load()).to.equal('5');
    for (const index of numbers(5)) {
      asked[index - 1]?.finish();
      await turn();
    }
    expect(await answers).to.deep.equal(Array(5).fill('kept'));
    expect(asked.map(({ id }) => id)).to.deep.equal(numbers(5).map((number) => callbackJob(number).id));
    expect(await load()).to.equal('0');
  });

  it('gives a silent MongoDB nothing more, however long ago those callbacks were answered', async () => {
    const { asked, put } = createRig({ maxUnderWay: 2, timeoutMs: 20 });
    for (let round = 0; round < 3; round += 1) {
      expect(await Promise.all(numbers(5).map(put))).to.deep.equal(Array(5).fill(late));
    }
    expect(asked).to.have.length(2);
  });

  it('never gives it what waited too long, and takes new ones once it answers', async () => {
    const { asked, put } = createRig({ maxUnderWay: 1, timeoutMs: 200 });
    expect(await Promise.all([put(1), put(2)])).to.deep.equal([late, late]);
    const next = put(3);
    asked[0]?.finish();
    await waitFor('the next row', () => asked.length === 2);
    asked[1]?.finish();
    expect(await next).to.equal('kept');
    expect(asked[1]?.id).to.equal(callbackJob(3).id);
  });

  it('turns away at once what is beyond its number, and has room again when one is done', async () => {
    const { asked, put } = createRig({ maxUnderWay: 1, maxJobs: 3 });
    const answers = numbers(3).map(put);
    expect(await put(4)).to.equal(full);
    await turn();
    asked[0]?.finish();
    expect(await answers[0]).to.equal('kept');
    await turn();
    answers.push(put(5));
    for (const index of [1, 2, 3]) {
      asked[index]?.finish();
      await turn();
    }
    expect(await Promise.all(answers)).to.deep.equal(Array(4).fill('kept'));
  });

  it('turns away at once what is beyond its bytes, and counts them until the store lets go', async () => {
    const { asked, put } = createRig({ maxBytes: 1_000, timeoutMs: 50 });
    expect(await Promise.all([put(1), put(2)])).to.deep.equal([late, late]);
    // Both are answered but still with MongoDB.
    expect(await put(3)).to.equal(full);
    for (const { finish } of asked) finish();
    await turn();
    const next = Promise.all([put(4), put(5), put(6)]);
    await turn();
    for (const { finish } of asked) finish();
    expect(await next).to.deep.equal(['kept', 'kept', full]);
  });

  it('refuses a job that could never be worked, without asking the store', async () => {
    const { asked, inbox } = createRig();
    const job = callbackJob(1);
    const broken = { ...job, data: { ...job.data, callbackKey: 'x'.repeat(500) } };
    const failure = await inbox.put(broken).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'JOB_INVALID' });
    expect(asked).to.have.length(0);
  });
});
