import { AppError, decideRetry } from '@huidiao/errors';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { type BreakerOptions, createBreaker } from './breaker.ts';
import { createMetrics } from './metrics.ts';

type Act = () => Promise<string>;

/** A breaker around a remote that does what each call brings with it. */
function createRig(options: Partial<BreakerOptions<[Act], string>> = {}) {
  const { logger, lines } = createCapturedLogger();
  const metrics = createMetrics({ service: 'test' });
  let calls = 0;
  const breaker = createBreaker({
    name: 'shop/1900000001',
    action: (act: Act) => {
      calls += 1;
      return act();
    },
    openCode: 'SHOP_BREAKER_OPEN',
    failureCounts: (error) => !(error instanceof AppError) || error.code === 'SHOP_UNREACHABLE',
    resetTimeoutMs: 60_000,
    metrics,
    logger,
    ...options,
  });
  const failWith = (act: Act) =>
    breaker.fire(act).then(
      () => undefined,
      (error: unknown) => error,
    );
  return { breaker, failWith, lines, metrics, calls: () => calls };
}

const succeed: Act = async () => 'done';
const break_: Act = () => Promise.reject(new AppError('SHOP_UNREACHABLE'));
const refuse: Act = () => Promise.reject(new AppError('SHOP_REFUSED'));

async function times(count: number, what: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await what();
}

describe('createBreaker', () => {
  it('passes results and errors through unchanged while it is closed', async () => {
    const { breaker, failWith } = createRig();
    const error = new AppError('SHOP_UNREACHABLE');
    try {
      expect(await breaker.fire(succeed)).to.equal('done');
      expect(await failWith(() => Promise.reject(error))).to.equal(error);
      expect(await failWith(() => Promise.reject('not even an error'))).to.equal('not even an error');
    } finally {
      breaker.close();
    }
  });

  it('opens after ten failed calls and not before, and then calls nobody', async () => {
    const { breaker, failWith, calls } = createRig();
    try {
      await times(9, () => failWith(break_));
      expect(breaker.isOpen).to.equal(false);
      await failWith(break_);
      expect(breaker.isOpen).to.equal(true);
      expect(await failWith(succeed)).to.include({ code: 'SHOP_BREAKER_OPEN' });
      expect(calls()).to.equal(10);
    } finally {
      breaker.close();
    }
  });

  it('turns calls away with a throttled error that says when to come back, so that no attempt is used up', async () => {
    const { breaker, failWith } = createRig();
    try {
      await times(10, () => failWith(break_));
      const error = await failWith(succeed);
      if (!(error instanceof AppError)) throw new Error('expected an AppError');
      expect(error).to.include({ kind: 'throttled' });
      expect(error.retryAfterMs).to.be.within(50_000, 60_000);
      const now = new Date();
      const failed = { error, attempt: 1, postponements: 0, firstAttemptAt: now };
      const policy = { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, giveUpAfterMs: 3_600_000 };
      expect(decideRetry(failed, policy, now, () => 0)).to.include({ action: 'postpone' });
    } finally {
      breaker.close();
    }
  });

  it('stays closed while at least half of the calls succeed', async () => {
    const { breaker, failWith } = createRig();
    try {
      await times(30, async () => {
        await breaker.fire(succeed);
        await failWith(break_);
      });
      expect(breaker.isOpen).to.equal(false);
    } finally {
      breaker.close();
    }
  });

  it('never opens for failures that do not count, however many', async () => {
    const { breaker, failWith, calls } = createRig();
    try {
      await times(50, () => failWith(refuse));
      expect(breaker.isOpen).to.equal(false);
      expect(calls()).to.equal(50);
    } finally {
      breaker.close();
    }
  });

  it('is not kept closed by failures that do not count', async () => {
    const { breaker, failWith } = createRig();
    try {
      await times(50, () => failWith(refuse));
      await times(10, () => failWith(break_));
      expect(breaker.isOpen).to.equal(true);
    } finally {
      breaker.close();
    }
  });

  it('lets one call at a time try again after its time, and closes when it succeeds', async () => {
    const { breaker, failWith } = createRig({ resetTimeoutMs: 30 });
    try {
      await times(10, () => failWith(break_));
      await waitFor('the half-open breaker', () => !breaker.isOpen);
      let finish: (text: string) => void = () => undefined;
      const trial = breaker.fire(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      expect(await failWith(succeed)).to.include({ code: 'SHOP_BREAKER_OPEN' });
      finish('back');
      expect(await trial).to.equal('back');
      await Promise.all([breaker.fire(succeed), breaker.fire(succeed)]);
    } finally {
      breaker.close();
    }
  });

  it('opens again when the call that tries fails', async () => {
    const { breaker, failWith, lines } = createRig({ resetTimeoutMs: 30 });
    try {
      await times(10, () => failWith(break_));
      await waitFor('the half-open breaker', () => !breaker.isOpen);
      await failWith(break_);
      const events = lines.map((line) => line.event);
      expect(events.slice(0, 3)).to.deep.equal(['breaker.opened', 'breaker.half_open', 'breaker.opened']);
    } finally {
      breaker.close();
    }
  });

  it('is neither closed nor stuck by a trying call whose failure does not count', async () => {
    const { breaker, failWith, lines } = createRig({ resetTimeoutMs: 30 });
    try {
      await times(10, () => failWith(break_));
      await waitFor('the half-open breaker', () => !breaker.isOpen);
      await times(3, () => failWith(refuse));
      expect(lines.map((line) => line.event)).not.to.include('breaker.closed');
      expect(await breaker.fire(succeed)).to.equal('done');
      expect(lines.at(-1)?.event).to.equal('breaker.closed');
    } finally {
      breaker.close();
    }
  });

  it('is not closed by a call from before it opened whose failure does not count', async () => {
    const { breaker, failWith, lines } = createRig({ resetTimeoutMs: 30 });
    try {
      let refuseNow: () => void = () => undefined;
      const slow = failWith(
        () =>
          new Promise((_resolve, reject) => {
            refuseNow = () => reject(new AppError('SHOP_REFUSED'));
          }),
      );
      await times(10, () => failWith(break_));
      await waitFor('the half-open breaker', () => !breaker.isOpen);
      refuseNow();
      await slow;
      expect(lines.map((line) => line.event)).not.to.include('breaker.closed');
    } finally {
      breaker.close();
    }
  });

  it('shows in the metrics whether it is open and how many calls it turned away', async () => {
    const { breaker, failWith, metrics } = createRig();
    try {
      await times(12, () => failWith(break_));
      const text = await metrics.registry.metrics();
      expect(text).to.include('huidiao_breaker_open{breaker="shop/1900000001",service="test"} 1');
      expect(text).to.include('huidiao_breaker_rejections_total{breaker="shop/1900000001",service="test"} 2');
    } finally {
      breaker.close();
    }
    const closed = await metrics.registry.metrics();
    expect(closed).to.include('huidiao_breaker_open{breaker="shop/1900000001",service="test"} 0');
  });
});
