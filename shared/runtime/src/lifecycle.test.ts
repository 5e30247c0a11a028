import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { createLifecycle } from './lifecycle.ts';

const never = new Promise<void>(() => undefined);

describe('createLifecycle', () => {
  it('runs releases last in, first out, one after another, and those kept for last at the end', async () => {
    const { logger } = createCapturedLogger();
    const lifecycle = createLifecycle({ logger });
    const order: string[] = [];
    const release = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    lifecycle.onRelease('store', release('store'));
    lifecycle.onRelease('worker', release('worker'));
    lifecycle.onRelease('health', release('health'), { last: true });
    await lifecycle.close();
    expect(order).to.deep.equal([
      'worker begins',
      'worker ends',
      'store begins',
      'store ends',
      'health begins',
      'health ends',
    ]);
  });

  it('aborts its signal before the first release runs', async () => {
    const lifecycle = createLifecycle({ logger: createCapturedLogger().logger });
    let abortedThen: boolean | undefined;
    lifecycle.onRelease('server', () => {
      abortedThen = lifecycle.signal.aborted;
    });
    expect(lifecycle.signal.aborted).to.equal(false);
    await lifecycle.close();
    expect(abortedThen).to.equal(true);
  });

  it('runs each release once, however often it is closed', async () => {
    const lifecycle = createLifecycle({ logger: createCapturedLogger().logger });
    let times = 0;
    lifecycle.onRelease('store', () => {
      times += 1;
    });
    await Promise.all([lifecycle.close(), lifecycle.close()]);
    await lifecycle.close();
    expect(times).to.equal(1);
  });

  it('logs a release that fails, by its name, and runs the rest', async () => {
    const { logger, lines } = createCapturedLogger();
    const lifecycle = createLifecycle({ logger });
    let released = false;
    lifecycle.onRelease('store', () => {
      released = true;
    });
    lifecycle.onRelease('worker', () => Promise.reject(new Error('no')));
    await lifecycle.close();
    expect(released).to.equal(true);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ event: 'release.failed', release: 'worker' });
  });

  it('gives the others their turn before the deadline when one hangs, and closes at the deadline', async () => {
    const { logger, lines } = createCapturedLogger();
    const lifecycle = createLifecycle({ logger, drainDeadlineMs: 200 });
    let storeReleased = false;
    lifecycle.onRelease('store', () => {
      storeReleased = true;
    });
    lifecycle.onRelease('worker', () => never);
    const startedAt = performance.now();
    await lifecycle.close();
    expect(performance.now() - startedAt).to.be.within(150, 2_000);
    expect(storeReleased).to.equal(true);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.deep.include({ event: 'lifecycle.deadline', unfinished: ['worker'] });
  });

  it('releases what is registered after the drain has begun, so that a start that races it leaks nothing', async () => {
    const lifecycle = createLifecycle({ logger: createCapturedLogger().logger });
    const released: string[] = [];
    lifecycle.onRelease('worker', () => {
      lifecycle.onRelease('during', () => void released.push('during'));
    });
    await lifecycle.close();
    lifecycle.onRelease('after', () => void released.push('after'));
    await waitFor('the late release', () => released.length === 2);
    expect(released).to.deep.equal(['during', 'after']);
  });
});
